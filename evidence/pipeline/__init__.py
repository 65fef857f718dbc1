"""The main flow, from raw files to a sealed package. It is written out in :mod:`evidence.pipeline.flow`."""

from __future__ import annotations

from evidence.pipeline.exporting import difference, export, sample
from evidence.pipeline.flow import check, explain, run, take_in
from evidence.pipeline.intake import ingest
from evidence.pipeline.one_file import ingest_one
from evidence.pipeline.recognise import detect
from evidence.pipeline.texts import open_store, raw_records

__all__ = ["check", "detect", "difference", "explain", "export", "ingest", "ingest_one", "open_store",
           "raw_records", "run", "sample", "take_in"]

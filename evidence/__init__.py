"""Proof of who asked an AI assistant, who allowed it and what came back masked.

The map, in the order of the flow:

- ``ingest``      raw files -> vault, ledger and one segment of rows per file; every line a record or a reject
- ``normalize``   the SELECTs of that pass: a vendor's shape -> canonical relations (``sql/relations``)
- ``masking``     the scanner of that pass: text -> findings that never carry the value
- ``correlate``   relations -> persons, links, chains, reconciliation, coverage
- ``assess``      chains -> check results and control results
- ``render``      results -> report.html, report.pdf, tables
- ``seal``        folder -> signed package with a Merkle tree over the chains
- ``verify``      package -> numbered steps that hold or do not; needs none of the above
- ``export``      package -> the formats of other programs
- ``pipeline``    the flow itself; ``cli`` is its face
"""

__version__ = "0.1.0"

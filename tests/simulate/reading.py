"""How these tests read the simulated logs: plainly, without any part of the product."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FREE = ("info_types", "connection_tags", "risk_counts", "outcome_counts", "data_analyzer", "event_stream")


def records(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    """Yield every JSON record of the files, whether one per file or one per line."""
    for path in sorted(folder.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ndjson":
            yield from (json.loads(line) for line in text.splitlines())
        else:
            yield json.loads(text)


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, type) of every value; elements of lists share a path, maps with free keys have none below them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}", "number" if type(inner) in (int, float) else type(inner).__name__
            if key not in FREE:
                yield from shape(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield f"{path}[]", "number" if type(inner) in (int, float) else type(inner).__name__
            yield from shape(inner, f"{path}[]")


def exchanges(session: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """Return (request, response) of a tunnel whose exchanges follow one another."""
    found: list[list[bytes]] = []
    for _, kind, data in session.get("event_stream") or []:
        raw = base64.b64decode(data)
        if kind == "i":
            found.append([raw, b""])
        elif found:
            found[-1][1] += raw
    return [(request, response) for request, response in found]


def answer(response: bytes) -> str:
    """Return the answer's text, put together from whatever form it travelled in."""
    head, _, body = response.partition(b"\r\n\r\n")
    if b"chunked" in head:
        data, rest = b"", body
        while rest and not rest.startswith(b"0\r\n"):
            size, _, rest = rest.partition(b"\r\n")
            data, rest = data + rest[:int(size, 16)], rest[int(size, 16) + 2:]
        events = [json.loads(line[6:]) for line in data.decode().splitlines()
                  if line.startswith("data: {")]
        return "".join(_delta(event) for event in events)
    if b"Content-Encoding: gzip" in head:
        body = gzip.decompress(body)
    return _text(json.loads(body))


def _delta(event: dict[str, Any]) -> str:
    if "choices" in event:
        return str(event["choices"][0]["delta"].get("content", ""))
    if event["type"] == "content_block_delta":
        return str(event["delta"]["text"])
    return str(event["delta"]) if event["type"] == "response.output_text.delta" else ""


def _text(body: dict[str, Any]) -> str:
    if "choices" in body:
        return str(body["choices"][0]["message"]["content"])
    if "output" in body:
        return str(body["output"][0]["content"][0]["text"])
    return str(body["content"][0]["text"]) if "content" in body else str(body)

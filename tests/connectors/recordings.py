"""Recordings of tunnels made by hand, as a gateway writes them: for tests and for new cases."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

Event = tuple[float, str, bytes]


def request(body: Any = None, *, path: str = "/v1/chat/completions", method: str = "POST", version: str = "HTTP/1.1",
            headers: Sequence[tuple[str, str]] = (), length: bool = True, encode: Any = None) -> bytes:
    """Return the bytes of a request as the proxy writes them."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    data = encode(data) if encode else data
    lines = [f"{method} {path} {version}", "Host: gw.harbour.example:18888"]
    if data and length:
        lines.append(f"Content-Length: {len(data)}")
    if data:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode() + data


def response(body: Any, *, status: str = "200 OK", headers: Sequence[tuple[str, str]] = (), version: str = "HTTP/1.1",
             encode: Any = None) -> bytes:
    """Return the bytes of a response with a length."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    data = encode(data) if encode else data
    lines = [f"{version} {status}", "Content-Type: application/json", f"Content-Length: {len(data)}",
             *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + data


def streamed(values: Iterable[Any], *, named: bool = False, done: bool = True, closed: bool = False) -> list[bytes]:
    """Return the writes of a chunked event stream: header, then size, data and line end apart.

    The last chunk comes without its closing line end, as the proxy leaves it, unless ``closed``.
    """
    lines = [(f"event: {value['type']}\n" if named else "") + f"data: {json.dumps(value)}\n\n" for value in values]
    lines += ["data: [DONE]\n\n"] if done else []
    writes = [b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"]
    for line in lines:
        data = line.encode()
        writes += [f"{len(data):x}\r\n".encode(), data, b"\r\n"]
    return [*writes, b"0\r\n" + (b"\r\n" if closed else b"")]


def ask(text: str, *, model: str = "gpt-4o", stream: bool = False, **more: Any) -> dict[str, Any]:
    """Return the body of a chat request with one user message."""
    return {"model": model, **({"stream": True} if stream else {}), "messages": [{"role": "user", "content": text}], **more}


def answer(text: str, *, model: str = "gpt-4o-2024-08-06", name: str = "chatcmpl-1") -> dict[str, Any]:
    """Return the body of a chat response."""
    return {"id": name, "object": "chat.completion", "model": model,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}


def deltas(*texts: str, model: str = "gpt-4o-2024-08-06", name: str = "chatcmpl-2") -> list[dict[str, Any]]:
    """Return the events of a streamed chat response."""
    return [{"id": name, "model": model, "choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]


def spread(first: float, kind: str, writes: Iterable[bytes], step: float = 0.01) -> list[Event]:
    """Return events for writes that follow each other."""
    return [(round(first + step * number, 6), kind, data) for number, data in enumerate(writes)]


def stream(events: Iterable[Event]) -> list[list[Any]]:
    """Return events as the gateway exports them."""
    return [[time, kind, base64.b64encode(data).decode()] for time, kind, data in events]


def frame(value: Any, *, kind: str = "chunk", message: str = "event") -> bytes:
    """Return a value as a frame of an AWS event stream: prelude, headers, payload and the checksums of both."""
    head = b"".join(bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(text)) + text.encode()
                    for name, text in ((":event-type", kind), (":message-type", message)))
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    start = struct.pack(">II", 16 + len(head) + len(data), len(head))
    start += struct.pack(">I", zlib.crc32(start)) + head + data
    return start + struct.pack(">I", zlib.crc32(start))


def packed(value: Any) -> bytes:
    """Return an event of a model as InvokeModelWithResponseStream packs it."""
    return frame({"bytes": base64.b64encode(json.dumps(value).encode()).decode(), "p": "abcd"})

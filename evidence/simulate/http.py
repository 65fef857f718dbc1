"""Requests and answers as bytes on the wire, cut into the pieces in which a gateway records them.

Two habits of the recorder matter: a streamed answer is stored as size, data and line end in separate pieces, and its
last chunk (``0``) has no empty line after it; credentials are dropped from the request's headers while cookies stay.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from random import Random
from typing import Any

ROUTES = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}
MODELS = {"chat": ("gpt-4o", "gpt-5-mini"), "responses": ("gpt-5.1-codex", "gpt-5-mini"),
          "messages": ("claude-sonnet-4-5", "claude-haiku-4-5")}
AGENTS = {"chat": "GitHubCopilotChat/0.31.2", "responses": "OpenAI/Python 2.6.0", "messages": "claude-cli/2.0.14"}
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Ask:
    """One exchange as the scenario wants it."""

    wire: str
    prompt: str
    answer: str
    model: str
    stream: bool = False
    gzip: bool = False
    blocked: bool = False
    cut: bool = False
    unanswered: bool = False
    upgraded: bool = False
    correlation: str | None = None
    entities: tuple[str, ...] = ()


def tokens(text: str) -> int:
    """Return a count of tokens that is near enough."""
    return max(1, len(text) // 4)


def _body(ask: Ask) -> dict[str, Any]:
    system = "You are a careful programming assistant."
    if ask.wire == "messages":
        body: dict[str, Any] = {"model": ask.model, "max_tokens": 4096, "system": system,
                                "messages": [{"role": "user", "content": [{"type": "text", "text": ask.prompt}]}]}
    elif ask.wire == "responses":
        body = {"model": ask.model, "instructions": system, "input": ask.prompt}
    else:
        body = {"model": ask.model, "messages": [{"role": "system", "content": system},
                                                 {"role": "user", "content": ask.prompt}]}
    if ask.stream:
        body["stream"] = True
    return body


def _head(start: str, headers: list[tuple[str, str]]) -> bytes:
    return "\r\n".join([start, *(f"{name}: {value}" for name, value in headers), "", ""]).encode()


def request(ask: Ask, rng: Random, host: str) -> bytes:
    """Return the request as recorded: body whole, authorisation gone, the gateway's own cookie still there."""
    body = json.dumps(_body(ask), ensure_ascii=False).encode()
    headers = [("Host", host), ("Content-Length", str(len(body))), ("Content-Type", "application/json"),
               ("User-Agent", AGENTS[ask.wire])]
    if ask.wire == "messages":
        headers.append(("Anthropic-Version", "2023-06-01"))
    if ask.correlation:
        headers.append(("X-Hoop-Correlation-Id", ask.correlation))
    if rng.random() < 0.3:
        headers.append(("Cookie", "hoop_proxy_token=" + "".join(rng.choices(ALPHABET, k=24))))
    return _head(f"POST {ROUTES[ask.wire]} HTTP/1.1", headers) + body


def _answer_body(ask: Ask, ident: str) -> dict[str, Any]:
    used_in, used_out = tokens(ask.prompt) + 9, tokens(ask.answer)
    if ask.wire == "messages":
        return {"id": f"msg_{ident}", "type": "message", "role": "assistant", "model": ask.model,
                "content": [{"type": "text", "text": ask.answer}], "stop_reason": "end_turn", "stop_sequence": None,
                "usage": {"input_tokens": used_in, "output_tokens": used_out}}
    if ask.wire == "responses":
        message = {"type": "message", "id": f"msg_{ident}", "status": "completed", "role": "assistant",
                   "content": [{"type": "output_text", "text": ask.answer, "annotations": []}]}
        return {"id": f"resp_{ident}", "object": "response", "status": "completed", "model": ask.model,
                "output": [message], "usage": {"input_tokens": used_in, "output_tokens": used_out,
                                               "total_tokens": used_in + used_out}}
    return {"id": f"chatcmpl-{ident}", "object": "chat.completion", "created": 1_790_000_000 + used_in,
            "model": ask.model, "choices": [{"index": 0, "message": {"role": "assistant", "content": ask.answer},
                                             "finish_reason": "stop"}],
            "usage": {"prompt_tokens": used_in, "completion_tokens": used_out, "total_tokens": used_in + used_out}}


def _pieces(text: str, rng: Random) -> list[str]:
    pieces, start = [], 0
    while start < len(text):
        size = rng.randrange(12, 70)
        pieces.append(text[start:start + size])
        start += size
    return pieces or [""]


def _data(payload: dict[str, Any]) -> str:
    return "data: " + json.dumps(payload, ensure_ascii=False, separators=(",", ":")) + "\n\n"


def _named(payload: dict[str, Any]) -> str:
    return f"event: {payload['type']}\n" + _data(payload)


def _chat_events(ask: Ask, ident: str, rng: Random) -> list[str]:
    frame = {"id": f"chatcmpl-{ident}", "object": "chat.completion.chunk", "model": ask.model}
    events = []
    for number, piece in enumerate(_pieces(ask.answer, rng)):
        delta = {"role": "assistant", "content": piece} if number == 0 else {"content": piece}
        events.append(_data({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}))
    events.append(_data({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    return [*events, "data: [DONE]\n\n"]


def _message_events(ask: Ask, ident: str, rng: Random) -> list[str]:
    start = {**_answer_body(ask, ident), "content": [], "stop_reason": None,
             "usage": {"input_tokens": tokens(ask.prompt) + 9, "output_tokens": 1}}
    events = [_named({"type": "message_start", "message": start}),
              _named({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})]
    events += [_named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
               for piece in _pieces(ask.answer, rng)]
    events += [_named({"type": "content_block_stop", "index": 0}),
               _named({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                       "usage": {"output_tokens": tokens(ask.answer)}}),
               _named({"type": "message_stop"})]
    return events


def _response_events(ask: Ask, ident: str, rng: Random) -> list[str]:
    whole = _answer_body(ask, ident)
    events = [_named({"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}})]
    events += [_named({"type": "response.output_text.delta", "item_id": f"msg_{ident}", "output_index": 0,
                       "content_index": 0, "delta": piece}) for piece in _pieces(ask.answer, rng)]
    return [*events, _named({"type": "response.completed", "response": whole})]


def blocked(title: str, explanation: str, rule: str) -> bytes:
    """Return the gateway's own answer to a request that its analyser stopped."""
    body = json.dumps({"error": "request blocked by AI session analyzer", "risk_level": "high", "title": title,
                       "explanation": explanation, "rule": rule}).encode()
    return _head("HTTP/1.1 403 Forbidden", [("Content-Type", "application/json"),
                                            ("Content-Length", str(len(body)))]) + body


def response(ask: Ask, rng: Random) -> list[bytes]:
    """Return the pieces in which the answer is recorded; none for an answer that never came."""
    if ask.unanswered:
        return []
    if ask.upgraded:
        return [_head("HTTP/1.1 101 Switching Protocols", [("Upgrade", "websocket"), ("Connection", "Upgrade")])]
    if ask.blocked:
        return [blocked("Credential disclosure", "The prompt holds what looks like a private key.", "stop-credentials")]
    ident = "".join(rng.choices(ALPHABET, k=20))
    headers = [("Content-Type", "text/event-stream" if ask.stream else "application/json"),
               ("X-Request-Id", f"req_{ident[:12]}")]
    if not ask.stream:
        body = json.dumps(_answer_body(ask, ident), ensure_ascii=False).encode()
        if ask.gzip:
            body = gzip.compress(body, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        pieces = [_head("HTTP/1.1 200 OK", [*headers, ("Content-Length", str(len(body)))]) + body]
        return [pieces[0][:-max(12, len(body) // 3)]] if ask.cut else pieces
    makers = {"chat": _chat_events, "messages": _message_events, "responses": _response_events}
    pieces = [_head("HTTP/1.1 200 OK", [*headers, ("Transfer-Encoding", "chunked")])]
    for event in makers[ask.wire](ask, ident, rng):
        data = event.encode()
        pieces += [f"{len(data):x}\r\n".encode(), data, b"\r\n"]
    pieces.append(b"0\r\n")
    return pieces[:max(2, len(pieces) * 2 // 3)] if ask.cut else pieces

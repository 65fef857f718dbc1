"""Bodies that a record keeps as fields are read by the same wire shapes as recorded traffic, in whatever form they stand."""

from __future__ import annotations

import json

import pytest

from evidence import catalog
from evidence.decoding import ModelBodies
from evidence.ingest.readers import model_bodies, wire
from tests.connectors.recordings import answer, ask, deltas

WIRES = wire.load(catalog.home("connectors") / "_wire")
DECODE = ModelBodies(decoder="model_bodies", request=("raw.request", "messages"), response=("response",), route=("url",),
                     wires=("openai_chat", "anthropic_messages"), absent=("withheld", "{}"), cut=("[cut here]",))
LIST = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "who is on call?"}]
CLAUDE = {"id": "msg_7", "model": "claude-x", "content": [{"type": "text", "text": "Ines."}], "usage": {"input_tokens": 4, "output_tokens": 2}}
EVENTS = "".join(f"data: {json.dumps(value)}\n\n" for value in deltas("In", "es.")) + "data: [DONE]\n\n"


def read(decode=DECODE, **record):
    """Return the one part of a record."""
    rows = list(model_bodies.Bodies(decode, WIRES, {}).rows(json.dumps(record)))
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("messages", [LIST, json.dumps(LIST), {"messages": LIST}, json.dumps({"messages": LIST})])
@pytest.mark.parametrize("response", [answer("Ines."), json.dumps(answer("Ines.")), EVENTS])
def test_a_body_is_read_in_whatever_form_it_stands(messages, response):
    """A list, an object, JSON as text and a stream of events as text give the same texts."""
    row = read(messages=messages, response=response)
    assert (row["prompt"], row["response"]) == ("be brief\nwho is on call?", "Ines.")


def test_the_first_place_with_a_text_is_taken():
    """A place that was withheld or is empty leaves the word to the next."""
    row = read(raw={"request": "withheld"}, messages=LIST, response={})
    assert (row["prompt"], row["response"]) == ("be brief\nwho is on call?", None)
    assert read(raw={"request": ask("from the body")}, messages=LIST)["prompt"] == "from the body"


def test_the_route_chooses_the_shape_and_loses_its_query():
    """An address with a query, which may carry keys, gives a path; its shape is asked before the declared ones."""
    row = read(url="https://gw.harbour.example/v1/messages?key=secret", raw={"request": {"model": "claude-x", "messages": LIST}}, response=CLAUDE)
    assert (row["route"], row["response"], row["response_id"], row["tokens_out"]) == ("/v1/messages", "Ines.", "msg_7", 2)
    assert "secret" not in json.dumps(row)


@pytest.mark.parametrize(("url", "asked", "said"), [
    ("/v1beta/models/gemini-2.5-pro:generateContent",
     {"systemInstruction": {"parts": [{"text": "be brief"}]}, "contents": [{"role": "user", "parts": [{"text": "who is on call?"}]}]},
     {"responseId": "g1", "modelVersion": "gemini-2.5-pro-001", "candidates": [{"content": {"role": "model", "parts": [{"text": "Ines."}]}}],
      "usageMetadata": {"promptTokenCount": 6, "candidatesTokenCount": 2}}),
    ("/v1/projects/p/locations/eu/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
     {"contents": [{"role": "user", "parts": [{"text": "be brief"}, {"text": "who is on call?"}]}]},
     "".join(f"data: {json.dumps({'responseId': 'g1', 'candidates': [{'content': {'parts': [{'text': piece}]}}], 'usageMetadata': {'promptTokenCount': 6, 'candidatesTokenCount': 2}})}\n\n"
             for piece in ("In", "es."))),
    ("/model/gemini-2.5-pro/converse",
     {"system": [{"text": "be brief"}], "messages": [{"role": "user", "content": [{"text": "who is on call?"}]}]},
     {"output": {"message": {"role": "assistant", "content": [{"text": "Ines."}]}}, "usage": {"inputTokens": 6, "outputTokens": 2}}),
    ("/openai/deployments/gemini-2.5-pro/chat/completions?api-version=2024-06-01",
     {"messages": LIST}, {"choices": [{"message": {"content": "Ines."}}], "usage": {"prompt_tokens": 6, "completion_tokens": 2}}),
])
def test_models_that_are_named_in_the_path_are_read(url, asked, said):
    """Gemini, Bedrock and Azure OpenAI put the model into the route; text, model and counts are found all the same."""
    row = read(url=url, raw={"request": asked}, response=said)
    assert (row["prompt"], row["response"], row["model"]) == ("be brief\nwho is on call?", "Ines.", "gemini-2.5-pro")
    assert (row["tokens_in"], row["tokens_out"]) == (6, 2)


def test_a_body_that_no_shape_reads_stands_whole():
    """What is not understood is still scanned; a place that holds more than a body is not taken for one."""
    assert read(response={"error": {"reason": "no quota"}})["response"] == '{"error":{"reason":"no quota"}}'
    kept = DECODE.model_copy(update={"whole": False})
    assert read(kept, response={"error": {"reason": "no quota"}})["response"] is None


def test_a_cut_text_is_said_to_be_cut():
    """A gateway's mark that it left something out makes the exchange truncated."""
    row = read(messages="a beginning [cut here] an end")
    assert (row["prompt"], row["truncated"]) == ("a beginning [cut here] an end", True)
    assert read(messages="a beginning")["truncated"] is False


@pytest.mark.parametrize("values", [1, True, "x", {"a": 1}, None])
def test_an_attribute_that_is_no_list_where_one_belongs_holds_nothing(values):
    """A list value of OTLP whose values are no list spoils neither its record nor the file."""
    row = read(ModelBodies(decoder="model_bodies", response=("attributes.out",), wires=("openai_chat",)),
               attributes=[{"key": "out", "value": {"arrayValue": {"values": values}}}])
    assert (row["prompt"], row["response"]) == (None, None)

"""Over a real socket of this machine: what a mocked transport cannot show."""

from __future__ import annotations

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from evidence import config
from evidence.errors import SourceError
from evidence.pipeline import pulling

from .kit import TOKEN, Clock, asks, company, ids, records


class Server(ThreadingHTTPServer):
    """A vendor in a thread; ``broken`` says how often answers break off, ``seen`` what keys and encodings came."""

    def __init__(self) -> None:
        """Listen on a port of this machine."""
        super().__init__(("127.0.0.1", 0), Answering)
        self.broken, self.seen, self.stock = "", [], records(7)
        self.left = 0


class Answering(BaseHTTPRequestHandler):
    """Answers pages by offset, whole or broken off."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one page."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        start = int(asked.get("offset", 0))
        body = json.dumps({"items": self.server.stock[start:start + 5]}).encode()
        self.server.seen.append((self.headers["Authorization"], self.headers["Accept-Encoding"]))
        if self.server.left:
            self.server.left -= 1
            if self.server.broken == "length":
                self.answer(("Content-Length", str(len(body))), body[:20])
            elif self.server.broken == "chunk":
                self.answer(("Transfer-Encoding", "chunked"), b"40\r\n" + body[:20])
            else:
                self.wfile.write(b"HTTP/1.1 2")
            self.close_connection = True
        else:
            self.answer(("Content-Length", str(len(body))), body)

    def answer(self, header, body) -> None:
        """Send a head and what there is of a body."""
        self.send_response(200)
        self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words) -> None:
        """Stay quiet."""


@pytest.fixture
def server():
    """A server that runs as long as the test."""
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def pull(root, server):
    """Pull from the server over its loopback."""
    from datetime import UTC, datetime

    found = config.load_company(root)
    return pulling.pull(root, found, found.sources[0], "2026-10", now=lambda: datetime.now(UTC), sleep=Clock().sleep,
                        environ={"DOOR_TOKEN": TOKEN})


def where(server) -> dict[str, str]:
    """The address of the server."""
    return {"base_url": f"http://127.0.0.1:{server.server_address[1]}"}


@pytest.mark.parametrize("broken", ["length", "chunk", "head"])
def test_an_answer_that_breaks_off_is_asked_for_again(tmp_path, server, broken, caplog):
    """Too few bytes, a chunk that does not end, half a status line: no whole answer, so none at all; and no key in logs."""
    caplog.set_level(logging.DEBUG)
    server.broken, server.left = broken, 2
    report = pull(company(tmp_path, asks("offset"), source=where(server)), server)
    assert (report.state, report.records, len(ids(tmp_path))) == ("pulled", 7, 7)
    assert len(server.seen) == 4
    assert set(server.seen) == {(f"Bearer {TOKEN}", "identity")}
    assert caplog.records
    assert TOKEN not in caplog.text


def test_an_answer_that_always_breaks_off_is_said(tmp_path, server):
    """After six attempts the pull ends, keeps what it has and says so."""
    server.broken, server.left = "length", 100
    with pytest.raises(SourceError, match="no whole answer came"):
        pull(company(tmp_path, asks("offset"), source=where(server)), server)
    assert len(server.seen) == 6


def test_nothing_is_sent_in_clear_over_a_network(tmp_path, server):
    """Plain http is for this machine alone; TLS to a server that speaks none is no answer."""
    port = server.server_address[1]
    with pytest.raises(SourceError, match="no whole answer came"):
        pull(company(tmp_path, asks("offset"), source={"base_url": f"https://127.0.0.1:{port}"}), server)
    assert server.seen == []

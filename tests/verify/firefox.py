"""Drives Firefox over its own remote protocol (Marionette): opens a page from file://, chooses a file, presses the button."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Self


class Firefox:
    """One headless browser; use as a context manager."""

    def __init__(self, program: str, profile: Path) -> None:
        """Start it with a fresh profile, on a port of this machine that it chooses itself."""
        profile.mkdir()
        (profile / "user.js").write_text('user_pref("marionette.port", 0);\nuser_pref("app.update.enabled", false);\n')
        self._process = subprocess.Popen([program, "--headless", "--no-remote", "--marionette", "--profile", str(profile)],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._port_file, self._number = profile / "MarionetteActivePort", 0

    def __enter__(self) -> Self:
        """Wait until it listens, and begin a session."""
        end = time.monotonic() + 120
        while not (self._port_file.exists() and self._port_file.read_text().strip()):
            assert self._process.poll() is None, "the browser went away"
            assert time.monotonic() < end, "the browser does not listen"
            time.sleep(0.05)
        self._socket = socket.create_connection(("127.0.0.1", int(self._port_file.read_text())))
        self._file = self._socket.makefile("rb")
        self._message()  # it greets first
        self.call("WebDriver:NewSession", capabilities={})
        return self

    def __exit__(self, *_: object) -> None:
        """End the browser that was started here."""
        self._file.close()
        self._socket.close()
        self._process.terminate()
        self._process.wait(60)

    def _message(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            piece = self._file.read(1)
            assert piece, "the browser went away"
            length += piece
        return json.loads(self._file.read(int(length[:-1])))

    def call(self, command: str, **parameters: Any) -> Any:
        """Send one command and return its result."""
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(str(len(text)).encode() + b":" + text)
        _, number, error, result = self._message()
        assert number == self._number
        assert error is None, error
        return result

    def verify(self, page: Path, file: Path, pin: str) -> str:
        """Open the page, choose the file, type the fingerprint, press Verify, and return the verdict."""
        self.call("WebDriver:SetTimeouts", script=300_000)
        self.call("WebDriver:Navigate", url=page.as_uri())
        for ident, text in (("file", str(file)), ("pin", pin)):
            found = self.call("WebDriver:FindElement", using="css selector", value=f"#{ident}")["value"]
            if text:
                self.call("WebDriver:ElementSendKeys", id=next(iter(found.values())), text=text)
        button = self.call("WebDriver:FindElement", using="css selector", value="button[type=submit]")["value"]
        self.call("WebDriver:ElementClick", id=next(iter(button.values())))
        script = ("const done = arguments[arguments.length - 1], v = document.getElementById('verdict'),"
                  " t = setInterval(() => { if (v.textContent) { clearInterval(t); done(v.textContent); } }, 20);")
        return str(self.call("WebDriver:ExecuteAsyncScript", script=script, args=[])["value"])

"""Drives Chromium over a pipe (DevTools protocol): opens a page from file://, chooses a file, presses the button."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Self


class Chromium:
    """One headless browser; use as a context manager."""

    def __init__(self, program: str, profile: Path) -> None:
        """Start it with two pipes at file descriptors 3 and 4, as --remote-debugging-pipe wants."""
        to_child, self._write = os.pipe()
        self._read, from_child = os.pipe()
        # A shell is only used to put the pipes at 3 and 4; the script is constant.
        script = 'a="$1"; b="$2"; shift 2; exec 3<&"$a" 4>&"$b"; exec "$@"'
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", str(to_child), str(from_child), program, "--headless", "--no-sandbox",
             "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_child, from_child), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self._number, self._buffer, self._session = 0, b"", ""

    def __enter__(self) -> Self:
        """Attach to the first page."""
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        return self

    def __exit__(self, *_: object) -> None:
        """End the browser that was started here."""
        os.close(self._write)
        os.close(self._read)
        self._process.terminate()
        self._process.wait(30)

    def spent(self) -> tuple[float, float]:
        """CPU seconds of the browser and all its processes so far, and the most memory that one of them held (bytes)."""
        cpu = peak = 0.0
        mine = {self._process.pid}
        for _ in range(4):  # parents come before their children, but not always in the order of their numbers
            for place in Path("/proc").glob("[0-9]*"):
                try:
                    fields = (place / "stat").read_text("utf-8").rsplit(")", 1)[1].split()
                except OSError:
                    continue
                if int(fields[1]) in mine:
                    mine.add(int(place.name))
        for pid in mine:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
                high = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"))
            except OSError:
                continue
            cpu += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            peak = max(peak, int(high[1]) * 1024 if high else 0)
        return cpu, peak

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result; events are let pass."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._buffer:
                piece = os.read(self._read, 1 << 16)
                assert piece, "the browser went away"
                self._buffer += piece
            line, self._buffer = self._buffer.split(b"\0", 1)
            answer = json.loads(line)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def evaluate(self, expression: str) -> Any:
        """Evaluate an expression, waiting for its promise."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key and let it go, as somebody without a mouse does."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def open(self, page: Path, file: Path) -> None:
        """Open the page and choose the file, as the dialog of the system does."""
        self.call("Page.enable")
        self.call("Page.navigate", url=page.as_uri())
        self.evaluate("new Promise(r => { const t = setInterval(() => { if (document.readyState === 'complete' &&"
                      " document.getElementById('file')) { clearInterval(t); r(); } }, 20); })")
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
        self.call("DOM.setFileInputFiles", files=[str(file)], nodeId=node)

    def verify(self, page: Path, file: Path, pin: str) -> str:
        """Open the page, choose the file, type the fingerprint, submit, and return the verdict."""
        self.open(page, file)
        self.evaluate(f"document.getElementById('pin').value = {json.dumps(pin)};"
                      "document.getElementById('form').requestSubmit();")
        return self.verdict()

    def verdict(self) -> str:
        """Return what the page says in the end."""
        return str(self.evaluate(
            "new Promise(r => { const v = document.getElementById('verdict'), t = setInterval(() => {"
            " if (v.textContent) { clearInterval(t); r(v.textContent); } }, 20); })"))

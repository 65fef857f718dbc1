"""Three companies that are unlike most: no gateway in the way, no log of the identity provider, three gateways.

Each is a tiny company with sources taken away or added; what its report must say is written in the tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from evidence.simulate.clock import DAY, seconds
from evidence.simulate.further import proxied
from evidence.simulate.scenarios import REVIEW, A, B
from evidence.simulate.tiny import ADA, BELA, CHIARA, END, HIGH, LOW, START, Tiny, on, question
from evidence.simulate.usage import UserDay

GATEWAY = ("gateway", "gateway-settings-start", "gateway-settings-end", "gateway-rules")
PROVIDER = ("entra-sign-ins", "entra-audit")


def native(root: Path) -> None:
    """Write a company whose assistant never passes the gateway: first-party use that its scope allows."""
    tiny = Tiny(root)
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.rows += [UserDay("ada-lg", 501, 4, 12), UserDay("chiara-lg", 503, 2, 0)]
    tiny.close()
    config = _without(root, GATEWAY)
    config["scope"]["surfaces"] = [{"source": "*", "surface": "%", "rule": "native_allowed"}]
    _save(root, config)
    shutil.rmtree(root / "logs/hoop")


def no_provider(root: Path) -> None:
    """Write a company with a gateway and a directory, of whose identity provider nobody exported a log."""
    tiny = Tiny(root)
    tiny.credentials(A, ADA, HIGH, "08:50:00", tiny.review(REVIEW, "08:50:00", "08:55:00", BELA))
    tiny.tunnel(B, ADA, HIGH, [("09:00:00", question())], parent=A)
    tiny.tunnel("d0000000-0000-4000-8000-00000000000c", CHIARA, LOW, [("10:00:00", question())])
    tiny.rows += [UserDay("ada-lg", 501, 1, 0), UserDay("chiara-lg", 503, 1, 0)]
    tiny.close()
    _save(root, _without(root, PROVIDER))
    for name in ("signins", "audit"):
        shutil.rmtree(root / "logs/entra" / name)


def three_gateways(root: Path) -> None:
    """Write a company with a recording gateway, one that knows tokens, and a proxy that knows keys."""
    tiny = Tiny(root)
    tiny.signed_in(ADA, "08:40:00", "sign-in-1")
    tiny.tunnel(B, ADA, LOW, [("09:00:00", question())])
    tiny.further.token("token-1", ADA, on("08:55:00"), on("09:55:00"), "sid-ada-lg")
    tiny.further.request("edge-1", ADA, on("09:10:00"), token="token-1")  # noqa: S106 - the id of a token
    tiny.rows.append(UserDay("ada-lg", 501, 3, 0))
    tiny.sink.lines("litellm/spend.ndjson", [proxied("proxy-1", ADA, on("09:20:00"))])
    tiny.close()
    config = _without(root, ())
    config["sources"].append({
        "id": "proxy", "connector": "litellm", "paths": ["logs/litellm/*"], "observed_at": seconds(END + DAY),
        "covers": [{"from": seconds(START - DAY), "to": seconds(END + DAY)}]})
    _save(root, config)


def _without(root: Path, names: Collection[str]) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((root / "evidence.yaml").read_text("utf-8"))
    config["sources"] = [source for source in config["sources"] if source["id"] not in names]
    return config


def _save(root: Path, config: dict[str, Any]) -> None:
    (root / "evidence.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


COMPANIES = {"native": native, "no_provider": no_provider, "three_gateways": three_gateways}

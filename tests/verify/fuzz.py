"""A fuzzer of the strict verifier: nothing makes it raise or hang, and nothing that was changed is accepted.

    python tests/verify/fuzz.py plan [SCALE] [SEED]              every engine over every target; build/soak/fuzz.json
    python tests/verify/fuzz.py ENGINE TARGET COUNT [SEED]       one of them; a failure leaves the input beside the corpus

Engines: ``random`` (own mutations), ``hypothesis`` (shrinks what it finds), ``atheris`` (guided by coverage). Targets are
the verifier's own entry points, fed with good bytes of one corpus that were broken. At scale 1 it is a million executions.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PULLS = (b'{"pulls":[{"answers":1,"begun":"2026-11-01T00:00:00.000000Z","ended":null,"files":["' + b"b" * 64 + b'"],"gaps":[],'
         b'"journal_sha256":"' + b"a" * 64 + b'","missing":0,"pull":"20261101","source_id":"idp"}],')
SOURCES = b'[{"files":[{"bytes":2,"file_sha256":"' + b"b" * 64 + b'","ledger_seq":0,"path":"1"}],"source_id":"idp"}]'
OUT = HERE.parents[1] / "build" / "soak"
CORPUS = OUT / "fuzz"
HANG_S = 60
# (engine, target): executions at scale 1, a million and a few in all; most where an execution is cheap.
PLAN = {
    ("random", "package"): 10_000, ("random", "proof"): 45_000, ("random", "container"): 60_000, ("random", "cms"): 60_000,
    ("random", "timestamp"): 30_000, ("random", "manifest"): 240_000, ("random", "statement"): 230_000, ("random", "chains"): 60_000,
    ("random", "receipts"): 60_000, ("random", "certificates"): 50_000, ("random", "pdf"): 6_000,
    ("random", "html"): 50_000, ("hypothesis", "package"): 1_000, ("hypothesis", "proof"): 4_000,
    ("hypothesis", "cms"): 4_000, ("hypothesis", "container"): 4_000, ("hypothesis", "manifest"): 10_000,
    ("hypothesis", "statement"): 10_000, ("atheris", "proof"): 10_000, ("atheris", "cms"): 10_000,
    ("atheris", "container"): 15_000, ("atheris", "timestamp"): 5_000, ("atheris", "manifest"): 25_000,
    ("atheris", "statement"): 25_000, ("atheris", "chains"): 10_000,
}


def _load(name: str) -> Any:
    label = f"evidence_tests_{name}"
    if label not in sys.modules:
        spec = importlib.util.spec_from_file_location(label, HERE / f"{name}.py")
        assert spec
        assert spec.loader
        sys.modules[label] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[label])
    return sys.modules[label]


def make_corpus() -> None:
    """Seal two packages and keep them, so that seeds mean the same in every engine."""
    if (CORPUS / "facts.json").exists():
        return
    import tempfile

    CORPUS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(_load("kit").Kit(Path(folder)))


def write_corpus(kit: Any) -> None:
    """Write the packages of a kit, a proof of each, and what their auditor knows."""
    from evidence.seal.proof import proof, proof_bytes
    facts = {"now": kit.now.isoformat(), "ident": kit.ident, "pins": [kit.test_key.fingerprint, kit.key.fingerprint]}
    for which, path in (("plain", kit.plain), ("timed", kit.timed)):
        (CORPUS / f"{which}.zip").write_bytes(path.read_bytes())
        (CORPUS / f"{which}.proof.json").write_bytes(proof_bytes(proof(path, kit.ident)))
    (CORPUS / "facts.json").write_text(json.dumps(facts))


class Subject:
    """One good package: its bytes, files, proof, and what its auditor knows."""

    def __init__(self, which: str) -> None:
        """Read it from the corpus."""
        from datetime import datetime

        from evidence.verify.seal import Expected, check_signature
        facts = json.loads((CORPUS / "facts.json").read_text())
        self.which, pin = which, facts["pins"][which == "timed"]
        self.zip, self.proof = ((CORPUS / f"{which}.{end}").read_bytes() for end in ("zip", "proof.json"))
        self.files = _load("kit").unpack(CORPUS / f"{which}.zip")
        self.expected = Expected((pin,), at=datetime.fromisoformat(facts["now"]))
        self.asked = Expected((pin,), facts["ident"], at=datetime.fromisoformat(facts["now"]))
        self.sums, self.statement = self.files["SHA256SUMS"], json.loads(self.files["statement.json"])
        self.signed = check_signature(self.files["SHA256SUMS.p7s"], self.sums, _steps())
        import hashlib
        self.sha256 = {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}


def _steps() -> Any:
    from evidence.verify.package import PACKAGE_STEPS
    from evidence.verify.report import Checklist
    return Checklist(*PACKAGE_STEPS)


def _ok(check: Any) -> bool:
    return not any(step.state == "fails" for step in check.steps())


def meaning(data: bytes) -> Any:
    """All that a CMS or a time-stamp response says.

    Beside it are only spellings, such as parameters NULL or none: no signature covers them, and nobody can take a meaning
    from them.
    """
    from asn1crypto import cms as asn1
    from asn1crypto import tsp
    info = asn1.ContentInfo.load(data) if data[4:6] == b"\x06\x09" else tsp.TimeStampResp.load(data)["time_stamp_token"]
    signed = info["content"]
    one, content = signed["signer_infos"][0], signed["encap_content_info"]
    return (signed["version"].native, sorted(cert.dump() for cert in signed["certificates"]), content.dump(),
            one["version"].native, one["sid"].dump(), one["signed_attrs"].dump(), one["unsigned_attrs"].dump(),
            one["digest_algorithm"]["algorithm"].native, one["signature_algorithm"]["algorithm"].native,
            one["signature"].native, [alg["algorithm"].native for alg in signed["digest_algorithms"]])


# ---------------------------------------------------------------- targets: True is a changed thing accepted

def container(subject: Subject, data: bytes) -> bool:
    """The archive: headers, names, limits, contents, checksum."""
    import io

    from evidence.verify.members import read_zip
    check = _steps()
    members = read_zip(io.BytesIO(data), check)
    return _ok(check) and members.sha256 != subject.sha256


def package(subject: Subject, data: bytes) -> bool:
    """The whole verification of a package."""
    import io

    from evidence.verify.members import read_zip
    from evidence.verify.package import check_package
    check = _steps()
    members = read_zip(io.BytesIO(data), check)
    if not check_package(CORPUS / "none.zip", members, subject.expected, check).report.ok:
        return False
    spelled = {"SHA256SUMS.p7s", "SHA256SUMS.p7s.tsr"}
    return any(members.sha256.get(name) != digest for name, digest in subject.sha256.items() if name not in spelled) or (
        set(members.sha256) != set(subject.sha256)) or any(
        meaning(members.kept[name]) != meaning(subject.files[name]) for name in spelled & set(subject.files))


def proof(subject: Subject, data: bytes) -> bool:
    """The whole verification of a proof."""
    from evidence.verify.proof import check_proof
    if not check_proof(data, "fuzz", subject.asked).ok or data == subject.proof:
        return False
    import base64
    new, old = json.loads(data), json.loads(subject.proof)
    if set(new.pop("disclosures")) - set(old.pop("disclosures")):  # each may be withheld
        return True
    cmses = [(base64.b64decode(new[key]), base64.b64decode(old[key])) for key in ("signature", "timestamp") if old[key]]
    return {k: v for k, v in new.items() if k not in {"signature", "timestamp"}} != {
        k: v for k, v in old.items() if k not in {"signature", "timestamp"}} or any(
        meaning(a) != meaning(b) for a, b in cmses)


def cms(subject: Subject, data: bytes) -> bool:
    """The signature, its certificate and its time stamp."""
    from evidence.verify import seal
    check, kept = _steps(), subject.files
    if (signed := seal.check_signature(data, subject.sums, check)) is not None:
        chain = seal.pem_certificates(kept["certs/seal-chain.pem"])
        seal.check_seal(signed, chain, subject.statement, subject.expected, check)
        at = seal.check_time(signed, data, kept, subject.statement, subject.expected, check)
        seal.check_validity(signed, chain, kept.get("certs/revocation.pem"), at, subject.expected, check)
    return _ok(check) and meaning(data) != meaning(kept["SHA256SUMS.p7s"])


def timestamp(subject: Subject, data: bytes) -> bool:
    """The response of the time-stamping authority."""
    from evidence.verify.cms import RefusedError
    from evidence.verify.seal import pem_certificates
    from evidence.verify.timestamp import response_token, token_time
    files = subject.files
    try:
        token_time(response_token(data), files["SHA256SUMS.p7s"], pem_certificates(files["certs/tsa-chain.pem"]), ())
    except RefusedError:
        return False
    return meaning(data) != meaning(files["SHA256SUMS.p7s.tsr"])


def statement(subject: Subject, data: bytes) -> bool:
    """The statement: whatever is accepted has one canonical form only, by another implementation of RFC 8785."""
    import rfc8785

    from evidence.verify.jcs import MalformedError
    from evidence.verify.statement import read_statement
    try:
        return rfc8785.dumps(read_statement(data)) != data
    except MalformedError:
        return False


def chains(subject: Subject, data: bytes) -> bool:
    """The chains: each line that is accepted, by what it looks like, would be alone, and is canonical to another program."""
    import rfc8785

    from evidence.verify.chains import ChainReader, chain_problem
    from evidence.verify.jcs import MalformedError, parse
    reader, half = ChainReader(), data.rfind(b"\n", 0, len(data) // 2) + 9
    reader.feed(data[:half])
    reader.feed(data[half:])
    if reader.close() != data.count(b"\n") or reader.problem:
        return False
    try:
        values = [parse(line) for line in data.split(b"\n")[:-1]]
    except MalformedError:
        return True
    order = [(value["event_time_us"], value["interaction_id"]) for value in values]
    return data[-1:] not in {b"", b"\n"} or any(map(chain_problem, values)) or order != sorted(set(order)) or (
        b"".join(rfc8785.dumps(value) + b"\n" for value in values) != data)


def manifest(subject: Subject, data: bytes) -> bool:
    """The list of digests: whatever is accepted is written back to the same bytes."""
    from evidence.verify.jcs import MalformedError
    from evidence.verify.statement import read_sums
    try:
        found = read_sums(data)
    except MalformedError:
        return False
    return "".join(f"{found[name]}  {name}\n" for name in sorted(found)).encode() != data


def receipts(subject: Subject, data: bytes) -> bool:
    """The receipts in custody.json, of the ledger and of pulls, and the sources, which are put into it to be broken."""
    from evidence.verify.receipts import check_receipts
    inside = data[data.find(b'"sources":') + 10:].partition(b"}],")
    for custody, sources in ((data, SOURCES), (data, None), (b"{}", b"".join(inside[:2])[:-1]), (b"{}", data)):
        check_receipts(custody, sources, (), None, _steps(), subject.expected.at)
    return False


def certificates(subject: Subject, data: bytes) -> bool:
    """Chain and revocation lists in PEM."""
    from evidence.verify import seal
    half = data.find(b"-----BEGIN X509 CRL")
    chain = seal.pem_certificates(data[:half] if half >= 0 else data)
    crls = data[half:] if half >= 0 else None
    check = _steps()
    seal.check_validity(subject.signed, chain, crls, subject.expected.at, subject.expected, check)
    return False


def pdf(subject: Subject, data: bytes) -> bool:
    """The sealed report."""
    from evidence.verify.pdf import check_pdf
    check = _steps()
    from evidence.verify.seal import pem_certificates
    stamps = pem_certificates(subject.files.get("certs/tsa-chain.pem", b""))
    check_pdf(data, subject.signed, subject.statement, {}, check, stamps=stamps)
    return not check.failed("pdf_signature") and _sealed_part(data) != _sealed_part(subject.files["report.pdf"])


def _sealed_part(data: bytes) -> Any:
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) \d+\]", data)
    assert found
    first, resume = int(found[1]), int(found[2])
    return data[:first], data[resume:], meaning(bytes.fromhex(data[first + 1:resume - 1].decode()).rstrip(b"\0") + bytes(8))


def html(subject: Subject, data: bytes) -> bool:
    """The report for browsers."""
    from evidence.verify.html import check_html
    check_html(data, _steps())
    return False


TARGETS: dict[str, Callable[[Subject, bytes], bool]] = {
    f.__name__: f for f in (container, package, proof, cms, timestamp, statement, manifest, chains, receipts,
                            certificates, pdf, html)}
_SEEDS: dict[str, Callable[[Subject], bytes]] = {
    "container": lambda s: s.zip, "package": lambda s: s.zip, "proof": lambda s: s.proof,
    "cms": lambda s: s.files["SHA256SUMS.p7s"], "timestamp": lambda s: s.files["SHA256SUMS.p7s.tsr"],
    "statement": lambda s: s.files["statement.json"], "manifest": lambda s: s.sums,
    "chains": lambda s: s.files["evidence/chains.ndjson"],
    "receipts": lambda s: s.files["custody.json"].replace(b"{", PULLS + b'"sources":' + SOURCES + b",", 1),
    "certificates": lambda s: s.files["certs/seal-chain.pem"] + s.files["certs/revocation.pem"],
    "pdf": lambda s: s.files["report.pdf"], "html": lambda s: s.files["report.html"]}
_TIMED_ONLY = frozenset({"timestamp", "certificates"})


def broken(rng: random.Random, subject: Subject, target: str, good: bytes) -> bytes:
    """Break good bytes in a way that suits the target."""
    mutate = _load("mutate")
    if rng.random() < 0.3:
        return bytes(mutate.some_bytes(rng, good))
    if target == "package":
        return bytes(_member_broken(rng, subject))
    if target == "container":
        cut = max(0, len(good) - 93)
        body = mutate.some_bytes(rng, good[:cut]) if rng.random() < 0.7 else good[:cut] + b""
        end = good[cut:] if rng.random() < 0.7 else mutate.some_bytes(rng, good[cut:])
        import hashlib
        return bytes(body + end[:29] + hashlib.sha256(body).hexdigest().encode())
    if target in {"cms", "timestamp"}:
        return bytes(mutate.in_der(rng, good))
    if target == "proof" and rng.random() < 0.4:
        import base64
        value, key = json.loads(subject.proof), rng.choice(("signature", "timestamp"))
        if value[key]:
            value[key] = base64.b64encode(mutate.in_der(rng, base64.b64decode(value[key]))).decode()
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if target in {"proof", "statement", "receipts"}:
        return bytes(mutate.in_json(rng, good))
    if target == "chains":
        lines = good.split(b"\n")
        at = rng.randrange(len(lines))
        return b"\n".join([*lines[:at], mutate.in_json(rng, lines[at]), *lines[at + rng.choice((0, 1, 1, 1, 2)):]])
    if target == "certificates":
        return bytes(_pem_broken(rng, good))
    return bytes(mutate.some_bytes(rng, good))


def _pem_broken(rng: random.Random, good: bytes) -> bytes:
    from asn1crypto import pem
    parts = [list(part) for part in pem.unarmor(good, multiple=True)]
    one = rng.choice(parts)
    one[2] = _load("mutate").in_der(rng, one[2])
    return b"".join(pem.armor(kind, data) for kind, _, data in parts)


def _member_broken(rng: random.Random, subject: Subject) -> bytes:
    """Change one file of a package and archive it again, with or without a list of digests that fits."""
    import hashlib
    mutate, name = _load("mutate"), rng.choice(sorted(subject.files))
    inside = mutate.in_json if name.endswith(".json") else mutate.in_der if name.startswith("SHA256SUMS.") else (
        mutate.some_bytes)
    files = dict(subject.files) | {name: inside(rng, subject.files[name])}
    if rng.random() < 0.5 and not name.startswith("SHA256SUMS"):
        new = hashlib.sha256(files[name]).hexdigest().encode()
        files["SHA256SUMS"] = subject.sums.replace(subject.sha256[name].encode(), new)
    return bytes(_load("kit").archive(files).bytes())


# ---------------------------------------------------------------- engines

class FoundError(Exception):
    """A changed thing was accepted."""


def _try(target: str, subject: Subject, data: bytes) -> None:
    signal.signal(signal.SIGVTALRM, _hung)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_S)  # of its own time: a busy machine is no hang
    try:
        _judge(target, subject, data)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _hung(*_: object) -> None:
    raise FoundError(f"more than {HANG_S} s for one input")


def _judge(target: str, subject: Subject, data: bytes) -> None:
    if TARGETS[target](subject, data):
        raise FoundError(f"{target} accepted what was changed")


def _subjects(target: str) -> list[Subject]:
    return [Subject(which) for which in ("timed", "plain") if which == "timed" or target not in _TIMED_ONLY]


def run_random(target: str, count: int, seed: int) -> int:
    """Run own mutations and return how many executions there were."""
    rng, subjects = random.Random(seed), _subjects(target)
    seeds = [_SEEDS[target](subject) for subject in subjects]
    for _ in range(count):
        at = rng.randrange(len(subjects))
        data = broken(rng, subjects[at], target, seeds[at])
        try:
            _try(target, subjects[at], data)
        except BaseException:
            (CORPUS / f"found-{target}-{subjects[at].which}").write_bytes(data)
            raise
    return count


def run_hypothesis(target: str, count: int, seed: int) -> int:
    """Let hypothesis choose the places and the bytes, and shrink what it finds."""
    import hypothesis
    from hypothesis import strategies as st
    subject, ran = Subject("timed"), 0
    good = _SEEDS[target](subject)
    edit = st.tuples(st.integers(0, len(good)), st.integers(0, 12), st.binary(max_size=12))

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count, deadline=None, database=None,
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.one_of(st.lists(edit, min_size=1, max_size=4), st.integers(0, 2**63)))
    def one(how: Any) -> None:
        nonlocal ran
        ran += 1
        data = good
        if isinstance(how, int):
            data = broken(random.Random(how), subject, target, good)
        else:
            for at, span, new in how:
                data = data[:at] + new + data[at + span:]
        _try(target, subject, data)

    one()
    return ran


def run_atheris(target: str, count: int, seed: int) -> None:
    """Let libFuzzer lead, with its mutations and with ours. It ends the process."""
    import atheris
    with atheris.instrument_imports(include=["evidence.verify"]):
        import evidence.verify.package
        import evidence.verify.proof  # noqa: F401 - loaded here to be watched
    subject = Subject("timed")
    good = _SEEDS[target](subject)
    start = CORPUS / f"seeds-{target}"
    start.mkdir(exist_ok=True)
    (start / "good").write_bytes(good)

    def mutate(data: bytes, limit: int, number: int) -> bytes:
        rng = random.Random(number)
        if rng.random() < 0.5:
            return bytes(atheris.Mutate(data, limit))
        return broken(rng, subject, target, good if rng.random() < 0.5 else data)[:limit]

    atheris.Setup([sys.argv[0], f"-runs={count}", f"-seed={seed}", f"-timeout={HANG_S}", "-max_len=200000", "-verbosity=1",
                   f"-artifact_prefix={CORPUS}/found-atheris-{target}-", "-rss_limit_mb=4096", str(start)],
                  lambda data: _judge(target, subject, data) if data else None, custom_mutator=mutate)
    atheris.Fuzz()


def _quick_report() -> None:
    """Remember pyHanko's opinion of a report that did not change: it is a function of the bytes."""
    from functools import lru_cache

    from evidence.verify import pdf as module
    module._second_opinion = lru_cache(maxsize=8)(module._second_opinion)


def plan(scale: float, seed: int, engines: frozenset[str] = frozenset({"random", "hypothesis", "atheris"})) -> bool:
    """Run every engine over every target, each in a process of its own, and write build/soak/fuzz.json."""
    make_corpus()
    results, good = [], True
    for (engine, target), executions in PLAN.items():
        if engine not in engines:
            continue
        count = max(1, round(executions * scale))
        command = ["python", "tests/verify/fuzz.py", engine, target, str(count), str(seed)]
        log, start = CORPUS / f"{engine}-{target}.log", time.monotonic()
        before = os.times()
        with log.open("wb") as out:
            code = subprocess.run([sys.executable, __file__, *command[2:]], stdout=out, stderr=subprocess.STDOUT,
                                  check=False).returncode
        after, text = os.times(), log.read_text("utf-8", "replace")
        ran = re.search(r"(?:^executions |Done |stat::number_of_executed_units: +)(\d+)", text, re.MULTILINE)
        good &= code == 0
        results.append({"engine": engine, "target": target, "command": " ".join(command), "seed": seed,
                        "executions": int(ran[1]) if ran else 0, "exit_code": code, "log": str(log.relative_to(OUT)),
                        "cpu_s": round(after.children_user + after.children_system - before.children_user
                                       - before.children_system, 1), "wall_s": round(time.monotonic() - start, 1)})
        total = {"executions": sum(one["executions"] for one in results), "crashed_hung_or_accepted": sum(
            one["exit_code"] != 0 for one in results), "seed": seed, "scale": scale}
        (OUT / "fuzz.json").write_text(json.dumps({"total": total, "runs": results}, indent=2) + "\n", "utf-8")
        print(f"{engine:10} {target:12} {results[-1]['executions']:8} executions {results[-1]['cpu_s']:8} CPU-s"
              f"{'' if code == 0 else '  FAILED, see ' + log.name}", flush=True)
    return good


def main() -> int:
    """Do what the arguments say."""
    sys.path[:0] = [str(HERE.parents[1] / "build" / "atheris")] * (HERE.parents[1] / "build" / "atheris").is_dir()
    if sys.argv[1] == "plan":
        available = {"random", "hypothesis", *(["atheris"] if importlib.util.find_spec("atheris") else [])}
        return not plan(float(sys.argv[2]) if sys.argv[2:] else 1.0, int(sys.argv[3]) if sys.argv[3:] else 1,
                        frozenset(available))
    engine, target, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if sys.argv[4:] else 1
    make_corpus()
    if engine == "atheris":
        run_atheris(target, count, seed)
    _quick_report()
    print("executions", {"random": run_random, "hypothesis": run_hypothesis}[engine](target, count, seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())

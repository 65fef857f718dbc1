"""How fast the scanner is, what each rule costs, what it finds, and others beside it: ``python tests/bench/masking.py``.

All figures are thread CPU time of one run on the same text: ratios of one run mean something, figures of two machines do
not. ``--million`` reads a million responses of 2 KB from Parquet; ``--alone`` leaves out the others. It fails where a
rule takes more than its share of the cost, or the engines differ; ``--budget --rules PACK`` measures rules of your own,
those of a gitleaks configuration too, and needs a few minutes for a large one.
What others made is installed below ``build/`` by the benchmark itself (``_others``); it is no part of the lock.
"""
# ruff: noqa: T201 - it prints, that is its purpose

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from random import Random
from typing import Any

import _others
import pyarrow as pa
import pyarrow.parquet as pq
from _memory import peak_mb

from evidence import masking
from evidence.masking import assurance, blocks, candidates, compiled, planting, scan_files
from evidence.masking.engines import LITERALS, RowPattern, passes
from evidence.masking.scanner import PatternScanner

KEY = bytes(32)
PACKS = ("core", "secrets")
SHARE = 0.4
"""A rule may cost this share of what the whole pack costs. The dearest, IPv4 in source code, costs a third."""


def best(work: Callable[[], object], times: int = 3) -> float:
    """Return the least thread CPU time of a few runs, in seconds."""
    spans = []
    for _ in range(times):
        start = time.thread_time()
        work()
        spans.append(time.thread_time() - start)
    return min(spans)


def source_code(size: int) -> list[bytes]:
    """Return so many bytes of the source code of the installed packages, in pieces of 2 KB."""
    paths = sorted(Path(pa.__file__).parents[1].glob("[a-m]*/*.py"))
    source = b"".join(path.read_bytes() for path in paths)[:size]
    return [source[at:at + 2048] for at in range(0, len(source), 2048)]


def corpora(scanner: PatternScanner) -> dict[str, list[bytes]]:
    """Return code answers, source code, and answers dense with values."""
    rng = Random(3)
    rules = [rule for group in planting.plantable(scanner.rules).values() for rule in group]
    dense = [b"\n".join(planting.plant(rules[(row * 12 + n) % len(rules)], b"x = 1\n", rng, n).text for n in range(12))
             for row in range(1000)]
    return {"answers": list(planting.answers(Random(1), 8000)), "dense": dense, "source": source_code(16_000_000)}


def speed(name: str, scanner: PatternScanner, texts: list[bytes]) -> float:
    """Print and return megabytes a second; findings a megabyte without e-mail and IP addresses are printed beside."""
    array = pa.array(texts, pa.large_binary())
    size = sum(map(len, texts)) / 1e6
    table = scanner.scan(array)
    kept = [row for row in table.to_pylist() if row["flag"] is None and row["entity_type"] not in {"EMAIL_ADDRESS", "IP_ADDRESS"}]
    rate = size / best(lambda: scanner.read(array))
    print(f"{name:26} {size:7.2f} MB  {rate:8.2f} MB/s  {len(kept) / size:9.2f} findings/MB")
    return rate


class Costs:
    """What rules cost, packs and imported configurations alike: what they add to the passes over all text, and their candidates.

    All of it is measured within one run, a pass with and without the rules by turns: only the shares mean something elsewhere.
    """

    def __init__(self, scanner: PatternScanner, texts: list[bytes]) -> None:
        """Measure the whole, and what examining the candidates of each rule takes; both in seconds a gigabyte."""
        self.block = next(blocks.of_array(pa.array(texts, pa.large_binary())))
        self.text, self.size = bytes(self.block.view), len(self.block.view) / 1e9
        self._databases: dict[tuple[compiled.Expression, ...], Any] = {}
        engine: Any = scanner._engine
        row_patterns = [RowPattern(rule.pattern, rule.sharp) for rule in scanner.imported]
        self._passes = [tuple(one) for lane, one in passes(engine._anchors, row_patterns).items() if lane != LITERALS]
        hits, rows = engine.find(self.block), engine.rows(self.block)
        places = candidates.by_rule(scanner.rules, scanner._ids[:len(scanner.rules)], scanner._widths, hits, self.block)
        self.spent = {rule.id: self._least(lambda rule=rule, found=found: list(candidates.examine(rule, found, self.block))) for rule, found in places}
        for number, foreign in enumerate(scanner.imported):
            if number in rows:
                self.spent[foreign.id] = self._least(lambda one=foreign, at=rows[number]: list(one.examine(self.block, at)))
        used = Counter(number for ids in scanner._ids for number in set(ids))
        self.own = {rule.id: {n for n in ids if used[n] == 1} for rule, ids in zip(scanner.rules, scanner._ids, strict=False)}
        self.own |= {rule.id: {number} for number, rule in enumerate(scanner.imported, len(engine._anchors))}
        self.whole = sum(min(self._pass(one) for _ in range(3)) for one in self._passes) + sum(self.spent.values())

    def _least(self, work: Callable[[], object]) -> float:
        return best(work, 2) / self.size

    def _pass(self, chosen: tuple[compiled.Expression, ...]) -> float:
        if not chosen:
            return 0.0
        if chosen not in self._databases:
            self._databases[chosen] = compiled.database(chosen, None)
        return best(lambda: self._databases[chosen].scan(self.text, match_event_handler=lambda *_: None), 1) / self.size

    def added(self, rules: Collection[str]) -> float:
        """Return what some rules together add to the whole."""
        own = set().union(*(self.own[rule] for rule in rules))
        added = sum(self.spent.get(rule, 0.0) for rule in rules)
        for one in self._passes:
            rest = tuple(expression for expression in one if expression[0] not in own)
            if rest != one:
                pairs = [(self._pass(one), self._pass(rest)) for _ in range(3)]
                added += min(whole for whole, _ in pairs) - min(without for _, without in pairs)
        return added

    def dear(self, rules: list[str]) -> list[tuple[float, str]]:
        """Return the rules that add a fiftieth of the whole or more, dearest first: a group that adds less is not parted."""
        added = self.added(rules)
        if len(rules) == 1:
            return [(added, rules[0])]
        if added < self.whole / 50:
            return []
        parts = [*self.dear(rules[::2]), *self.dear(rules[1::2])]
        return sorted((one for one in parts if one[0] >= self.whole / 50), reverse=True)


def within_budget(scanner: PatternScanner, texts: list[bytes], only: Collection[str] = ()) -> bool:
    """Print the dearest rules, of packs and imported; tell whether each stays within its share."""
    costs = Costs(scanner, texts)
    rules = [rule for rule in costs.own if not only or rule in only]
    if not rules:
        raise SystemExit(f"there is no rule {', '.join(only)}")
    found = costs.dear(rules)
    for added, rule in found[:10]:
        share = added / costs.whole
        print(f"{share:8.1%} of the cost, {added:7.3f} ms/MB  {rule}{'  OVER ITS SHARE' if share > SHARE else ''}")
    print(f"{len(rules)} rules measured, {len(scanner.imported)} imported ones at hand; a rule may cost {SHARE:.0%} of all")
    return all(added <= SHARE * costs.whole for added, _ in found)


def compare(own: float, texts: list[bytes]) -> None:
    """Print how many times faster the scanner is than others on a part of the same text."""
    few = [text.decode() for text in texts[:60]]
    size = sum(len(text.encode()) for text in few) / 1e6
    for name, work in (_others.presidio(), _others.detect_secrets()):
        rate = size / best(lambda work=work: [work(text) for text in few], 2)
        print(f"{name:40} {rate:8.3f} MB/s: the scanner is {own / rate:,.0f} times as fast")


def foreign(scanner: PatternScanner, title: str, cases: list[tuple[str, list[tuple[str, int, int]]]]) -> None:
    """Print recall and precision, of the scanner and of presidio-analyzer, on labelled text that nobody here wrote.

    What the scanner sets aside as a documentation value is found too; spans must overlap by half and be of one entity.
    """
    texts = pa.array([text for text, _ in cases], pa.string())
    mine: list[list[tuple[str, int, int]]] = [[] for _ in cases]
    for found in scanner.scan(texts).to_pylist():
        text = cases[found["row"]][0].encode()
        start, end = (len(text[:at].decode("utf-8", "ignore")) for at in (found["off_bytes"], found["off_bytes"] + found["len_bytes"]))
        mine[found["row"]].append((found["entity_type"], start, end))
    _, work = _others.presidio()
    theirs = [work(text) for text, _ in cases]
    print(f"{title}, {len(cases):,} sentences: recall and precision of the scanner, and of presidio-analyzer")
    for entity in sorted({span[0] for _, spans in cases for span in spans}):
        cells = []
        for answers in (mine, theirs):
            hits = said = right = total = 0
            for (_, spans), given in zip(cases, answers, strict=True):
                truth = [span for span in spans if span[0] == entity]
                own = {span for span in given if span[0] == entity}
                total, said = total + len(truth), said + len(own)
                hits += sum(any(_covers(one, span) for one in own) for span in truth)
                right += sum(any(_covers(one, span) for span in truth) for one in own)
            cells.append(f"{hits / total:.3f} {right / max(1, said):.3f}")
        print(f"{entity:16} n={total:5}   ours {cells[0]}   presidio {cells[1]}")


def foreign_secrets(origin: str, scanners: dict[str, PatternScanner], cases: list[tuple[str, str]]) -> None:
    """Print what scanners and detect-secrets find in labelled texts that nobody here wrote, and what each misses.

    A text counts as found if a secret of any kind is found in it. Sample values of documentation (of which these texts have
    some, such as USERNAME:PASSWORD) the scanner sets aside, but tells: they count where a text is said to hold a secret.
    """
    name, work = _others.detect_secrets()
    told = {name: [bool(work(text)) for _, text in cases]}
    for title, scanner in scanners.items():
        rows = {row["row"] for row in scanner.scan(pa.array([text for _, text in cases])).to_pylist()
                if row["entity_class"] == "secret" and (row["flag"] is None or cases[row["row"]][0] != "none")}
        told[title] = [number in rows for number in range(len(cases))]
    total = sum(kind != "none" for kind, _ in cases)
    print(f"labelled secrets of others ({origin}): {total} texts with one, {len(cases) - total} that only look so")
    for title, flags in told.items():
        missed = Counter(kind for (kind, _), flag in zip(cases, flags, strict=True) if kind != "none" and not flag)
        false = sum(flag for (kind, _), flag in zip(cases, flags, strict=True) if kind == "none")
        hits = total - missed.total()
        print(f"{title:26} recall {hits / total:.3f}  precision {hits / max(1, hits + false):.3f}  false {false}  "
              f"missed: {', '.join(f'{kind} {count}' for kind, count in sorted(missed.most_common(12))) or 'none'}")


def _covers(one: tuple[str, int, int], span: tuple[str, int, int]) -> bool:
    return (min(one[2], span[2]) - max(one[1], span[1])) * 2 > span[2] - span[1]


def responses(scanner: PatternScanner, texts: list[bytes], rows: int) -> Iterator[pa.Table]:
    """Yield distinct responses of 2 KB, in tables of 50,000: each a stretch of the answers from a place of its own, numbered.

    Every hundredth holds a value of one of the rules, planted.
    """
    pool, rng = b"\n".join(texts), Random(7)
    rules = [rule for group in planting.plantable(scanner.rules).values() for rule in group]
    for first in range(0, rows, 50_000):
        made = []
        for number in range(first, min(first + 50_000, rows)):
            at = rng.randrange(len(pool) - 2000)
            text = b"Answer %07d\n" % number + pool[at:at + 1985]
            made.append(planting.plant(rules[number // 100 % len(rules)], text[:1900], rng, number // 100).text if number % 100 == 0 else text)
        yield pa.table({"response": pa.array([text.decode("utf-8", "replace") for text in made], pa.large_string())})


def parquet(scanner: PatternScanner, texts: list[bytes], rows: int) -> None:
    """Print the time from a Parquet file of distinct responses of 2 KB to their findings, of all threads, and the memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.parquet"
        with pq.ParquetWriter(path, pa.schema([("response", pa.large_string())]), compression="zstd", use_dictionary=False) as file:
            for table in responses(scanner, texts, rows):
                file.write_table(table)
        before = peak_mb()
        start = time.process_time()
        cells = [one.cell for one in scan_files.scan_file(scanner, path) if one.confidence_milli >= 500]
        spent = time.process_time() - start
        right = [cell for cell in cells if int(cell[len("response["):-1]) % 100 == 0]
        print(f"{rows:,} distinct responses of 2 KB from Parquet ({path.stat().st_size / 1e6:,.0f} MB): {spent:.2f} CPU seconds, {len(cells):,} findings "
              f"({rows // 100:,} planted: recall {len(set(right)) / (rows // 100):.4f}, precision {len(right) / len(cells):.4f}); a million takes {spent * 1e6 / rows:.1f} s; peak memory {peak_mb():,} MiB, {before:,} MiB before")


def recall(scanner: PatternScanner, texts: list[bytes]) -> None:
    """Print what is found and missed of planted values, plain and encoded, and what in lines that only look like values."""
    measured = assurance.qualify(scanner, seed=1, per_class=100, texts=texts[:200])
    for row in measured:
        if row.found < row.planted:
            print(f"{row.entity:20} {row.form:12} {row.found}/{row.planted}  bound {row.lower_bound_milli / 1000:.3f}")
    for form in ("plain", *planting.MUTATIONS):
        found, planted = (sum(getattr(row, kind) for row in measured if row.form == form) for kind in ("found", "planted"))
        print(f"planted values, {form:12} recall {found / planted:.3f} ({found:,} of {planted:,})")
    lines = list(planting.hard_negatives(Random(2), 4000))
    hits = {f["row"] for f in scanner.scan(pa.array(lines, pa.binary())).to_pylist()
            if f["flag"] is None and f["confidence_milli"] >= 500}
    print(f"hard negatives found: {len(hits)} of {len(lines)}")


def alike(one: PatternScanner, two: PatternScanner, texts: list[bytes]) -> bool:
    """Print and return whether two engines find the same."""
    array = pa.array(texts, pa.large_binary())
    same = all(a.equals(b) for a, b in zip(one.read(array), two.read(array), strict=True))
    print(f"{len(texts):,} rows by {one.engine} and {two.engine}: {'the same findings' if same else 'FINDINGS DIFFER'}")
    return same


def main() -> int:
    """Print speed, costs, recall and comparisons; return 1 if a rule exceeds its budget or the engines differ."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--million", action="store_true", help="only read a million responses from Parquet")
    asked.add_argument("--budget", action="store_true", help="only what each rule costs")
    asked.add_argument("--only", action="append", default=[], metavar="RULE", help="with --budget: only this rule")
    asked.add_argument("--rules", action="append", type=Path, default=[], help="a further rule pack, or a gitleaks configuration")
    asked.add_argument("--size", type=float, default=4, metavar="MB", help="megabytes of text, code and answers, on which costs are measured")
    asked.add_argument("--alone", action="store_true", help="nothing made by others beside it")
    options = asked.parse_args()
    fast = masking.load(PACKS, key=KEY, extra=options.rules)
    mixed = [*source_code(int(options.size * 375_000)), *planting.answers(Random(1), int(options.size * 175))]
    if options.budget:
        return int(not within_budget(fast, mixed, options.only))
    texts = corpora(fast)
    if options.million:
        parquet(fast, texts["answers"], 1_000_000)
        return 0
    slow = masking.load(PACKS, key=KEY, extra=options.rules, engine="re2")
    rates = {name: speed(name, fast, rows) for name, rows in texts.items()}
    speed("answers, second engine", slow, texts["answers"][:500])
    parquet(fast, texts["answers"], 20_000)
    if not options.alone and _others.fetch():
        compare(rates["answers"], texts["answers"])
        foreign(fast, "labelled text of others, which the rules of phone, card and IBAN were tuned on", list(_others.labelled(12)))
        foreign(fast, "held out: values that no rule was tuned on, in the same sentences", list(_others.held_out()))
        if path := _others.gitleaks():
            more = masking.load(PACKS, key=KEY, extra=[*options.rules, path])
            both = {"the scanner": fast, "the scanner, with gitleaks": more}
            foreign_secrets("ripsecrets, held out", both, _others.secrets())
            for name, cases in sorted(_others.examples().items()):
                foreign_secrets(name, both, cases)
            speed("answers, with gitleaks", more, texts["answers"])
            speed("source, with gitleaks", more, texts["source"])
    same = alike(fast, slow, [*texts["answers"][:500], *texts["source"][:500], *texts["dense"][:200]])
    recall(fast, texts["answers"])
    return int(not within_budget(fast, mixed) or not same)


if __name__ == "__main__":
    sys.exit(main())

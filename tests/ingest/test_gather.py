"""Messages that a source cut into several records come together where the request stands, and no line is lost."""

from __future__ import annotations

import io
import json
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from evidence.connector.parts import Gather
from evidence.ingest import readers
from evidence.ingest.readers.base import Options

WHAT = Gather(by="id", head="model", order="n", into={"messages": "asked", "choices": "said"})
OPTIONS = Options(gather=WHAT)


def read(data, options=OPTIONS):
    """Return the records of a file, by number."""
    batches = list(readers.read(lambda: io.BytesIO(data), options))
    assert all(batch.conserved for batch in batches)
    return {number: json.loads(text) for batch in batches for number, text in zip(batch.numbers, batch.texts, strict=True)}


def lines(rows):
    """Return rows as JSON lines."""
    return "\n".join(json.dumps(row) for row in rows).encode()


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_in_the_file_does_not_matter(pieces, random):
    """The numbers of the rows say how they follow each other, wherever the file has them."""
    rows = [{"id": "a", "model": "m", "n": 0}, *({"id": "a", "n": n, "asked": [{"content": piece}]} for n, piece in enumerate(pieces, 1))]
    random.shuffle(rows)
    found = read(lines(rows))
    head = next(row for row in found.values() if row.get("model"))
    assert [one["content"] for one in head["gathered"]["messages"]] == pieces
    assert len(found) == len(rows)


def test_texts_cut_inside_are_joined_as_they_are():
    """A list that was cut in the middle is whole again; a row alone is left as it was."""
    found = read(lines([{"id": "a", "model": "m", "n": 0}, {"id": "a", "n": "2", "asked": 'tent": "x"}]'},
                        {"id": "a", "n": "1", "asked": '[{"con'}, {"id": "b", "model": "m", "n": 0}]))
    assert found[1]["gathered"] == {"messages": '[{"content": "x"}]'}
    assert "gathered" not in found[4]


def test_rows_of_one_member_stay_among_themselves():
    """Each member of a ZIP is a file of its own."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("1.json", lines([{"id": "a", "model": "m"}]))
        archive.writestr("2.json", lines([{"id": "a", "n": 1, "asked": ["x"]}]))
    batches = list(readers.read(lambda: io.BytesIO(data.getvalue()), OPTIONS))
    assert [json.loads(text).get("gathered") for batch in batches for text in batch.texts] == [None, None]


def test_records_beyond_a_few_of_one_id_are_rejects():
    """A file cannot grow with the square of its size: a thousand heads of one id do not get a thousand pieces each."""
    data = lines([*({"id": "a", "n": n, "asked": ["x" * 100]} for n in range(1000)), *[{"id": "a", "model": "m"}] * 1000])
    batches = list(readers.read(lambda: io.BytesIO(data), OPTIONS))
    assert all(batch.conserved for batch in batches)
    assert {reject.reason for batch in batches for reject in batch.rejects} == {"gathered_too_often"}
    assert sum(len(batch.rejects) for batch in batches) == 1000 - 8
    assert sum(len(text) for batch in batches for text in batch.texts) < 10 * len(data)

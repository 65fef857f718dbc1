"""What people ask a code assistant and what it answers: invented code, invented customers, nothing with a meaning."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

TOPICS = (
    "the retry loop in the billing export", "the conveyor telemetry parser", "a flaky integration test",
    "the pagination of the parts catalogue", "the Dockerfile of the gripper service", "the SQL migration for orders",
    "type hints of the path planner", "the React table of open shipments", "a race in the job scheduler",
    "error handling in the CSV importer", "the caching of price lists", "the unit tests of the torque model",
)
ASKS = (
    "Explain why {topic} fails on large inputs and propose a fix.", "Write unit tests for {topic}.",
    "Refactor {topic} so that it reads top to bottom.", "Review {topic} and list what could go wrong.",
    "Add logging to {topic} without changing its behaviour.", "Summarise what {topic} does for the release notes.",
    "How would you make {topic} idempotent?", "Translate the comments of {topic} into English.",
)
ANSWERS = (
    "The problem is in how the batch is split. Keep the cursor outside the loop and advance it only after the write:",
    "Start with the smallest change that makes the intent visible, then move the side effect to the edge:",
    "Two things happen at once here. Separate reading from deciding, and the test becomes trivial:",
    "This is safe as long as the order is total. Sort by the full key before grouping:",
)
CODE = (
    "```python\ndef advance(cursor, rows):\n    for row in rows:\n        if row > cursor:\n            yield row\n```",
    "```sql\nSELECT part_no, count(*) AS n\nFROM stock\nGROUP BY part_no\nORDER BY part_no\n```",
    "```typescript\nexport const total = (lines: Line[]) =>\n  lines.reduce((sum, line) => sum + line.cents, 0);\n```",
    "```go\nfor _, item := range queue {\n\tif err := item.Flush(); err != nil {\n\t\treturn err\n\t}\n}\n```",
)
ENDINGS = ("Run the suite once more before you merge.", "Measure it on the real file before and after.",
           "Tell me if you want the same for the other module.", "Keep the old path until the numbers agree.")
CUSTOMERS = ("Orla", "Teodor", "Marit", "Casimir", "Liselotte", "Benno", "Ottilie", "Ragnar")
SURNAMES = ("Hvidtfeldt", "Cranmere", "Oyelaran", "Bystrom", "Fairclough", "Zamojski", "Petrescu", "Lindenau")
MAILBOXES = ("ravenholt-optics.com", "quillmere-dental.net", "tarnfeld-logistics.org", "ostrava-feinguss.eu")
B32, HEX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Value:
    """One sensitive value: the entity in the gateway's spelling, the text, the mark that replaces it."""

    entity: str
    text: str

    @property
    def mark(self) -> str:
        """The placeholder that the gateway leaves."""
        return f"<{self.entity}>"


def prompt(rng: Random) -> str:
    """Return one question about code."""
    return rng.choice(ASKS).format(topic=rng.choice(TOPICS))


def answer(rng: Random) -> str:
    """Return one answer with a piece of code in it and nothing sensitive."""
    return f"{rng.choice(ANSWERS)}\n\n{rng.choice(CODE)}\n\n{rng.choice(ENDINGS)}"


def email(rng: Random) -> Value:
    """Return an address that nobody owns, under a real top-level domain: test domains are taken for fixtures."""
    local = f"{rng.choice(CUSTOMERS)}.{rng.choice(SURNAMES)}{rng.randrange(10, 9999)}".lower()
    return Value("EMAIL_ADDRESS", f"{local}@{rng.choice(MAILBOXES)}")


def phone(rng: Random) -> Value:
    """Return a number of the range kept for fiction."""
    return Value("PHONE_NUMBER", f"+1 212 555 01{rng.randrange(10, 99)}")


def person(rng: Random) -> Value:
    """Return a customer's name."""
    return Value("PERSON", f"{rng.choice(CUSTOMERS)} {rng.choice(SURNAMES)}")


def card(rng: Random) -> Value:
    """Return a card number that satisfies the check digit and belongs to nobody."""
    digits = [4, 5, 3, 9, *[rng.randrange(10) for _ in range(11)]]
    total = sum(sum(divmod(d * 2, 10)) if i % 2 == 0 else d for i, d in enumerate(digits))
    text = "".join(map(str, [*digits, -total % 10]))
    return Value("CREDIT_CARD", " ".join(text[i:i + 4] for i in range(0, 16, 4)))


def secret(rng: Random) -> Value:
    """Return what looks like an access key of a cloud provider and opens nothing."""
    return Value("AWS_ACCESS_KEY", "AKIA" + "".join(rng.choices(B32, k=16)))


MAKERS = {"EMAIL_ADDRESS": email, "PHONE_NUMBER": phone, "PERSON": person, "CREDIT_CARD": card}
SENTENCES = {
    "EMAIL_ADDRESS": "The order confirmation goes to {0}.",
    "PHONE_NUMBER": "The number on file for this account is {0}.",
    "PERSON": "The contact of this account is {0}.",
    "CREDIT_CARD": "The sample row carries the card {0} in plain text.",
    "AWS_ACCESS_KEY": "The configuration sets aws_access_key_id = {0} for the uploader.",
}


def sentence(value: Value, *, masked: bool) -> str:
    """Return a sentence around the value, or around its mark."""
    return SENTENCES[value.entity].format(value.mark if masked else value.text)

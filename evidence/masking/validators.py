"""All checks by name. Is it really one, and is it one that means nothing (documentation, private network)?

A check takes the value and the bytes before and after it, and returns ``None`` (not one), ``""`` (one), or the flag
``fixture`` (a value that standards or documentation reserve) or ``non_public`` (an address that names nobody outside).
Libraries of check digits and numbering plans are imported by the first candidate that needs them.
"""

from __future__ import annotations

from evidence.masking import validators_ids, validators_personal, validators_secrets

CHECKS = {**validators_personal.CHECKS, **validators_ids.CHECKS, **validators_secrets.CHECKS}

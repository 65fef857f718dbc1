"""What the sealer writes and the verifier demands: the only thing that the two share.

Everything here is part of the package format (``templates/package/FORMAT.md``); a change is a new format version.
"""

from __future__ import annotations

import re
from typing import Final

FORMAT: Final = "urn:copilot-evidence:package:1"
PROOF_FORMAT: Final = "urn:copilot-evidence:proof:1"
LEAF_FORMAT: Final = "urn:copilot-evidence:chain:1"
TREE_ALGORITHM: Final = "rfc9162-sha256"

# Files with a meaning of their own. The three SUMS files cannot list themselves.
README: Final = "README.txt"
SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.p7s"
TIMESTAMP: Final = "SHA256SUMS.p7s.tsr"
STATEMENT: Final = "statement.json"
REPORT: Final = "report.pdf"
HTML: Final = "report.html"
CUSTODY: Final = "custody.json"
CHAINS: Final = "evidence/chains.ndjson"
DISCLOSURES: Final = "evidence/disclosures.ndjson"
INDEX: Final = "evidence/chains.index"
INDEX_MAGIC: Final = b"evidence-index-1"
INDEX_BLOCK: Final = 256  # leaves under a node that the index names
SOURCES: Final = "evidence/sources.json"
CONTROLS: Final = "evidence/controls.json"
SUMMARY: Final = "evidence/summary.json"
CONFIG: Final = "evidence/config/"
EVIDENCE: Final = "evidence/"
SEAL_CHAIN: Final = "certs/seal-chain.pem"
TSA_CHAIN: Final = "certs/tsa-chain.pem"
REVOCATION: Final = "certs/revocation.pem"
UNLISTED: Final = frozenset({SUMS, SIGNATURE, TIMESTAMP})
FIRST: Final = (README, SUMS, SIGNATURE, TIMESTAMP, STATEMENT)
REQUIRED: Final = frozenset({README, SUMS, SIGNATURE, STATEMENT, REPORT, CUSTODY, CHAINS, SEAL_CHAIN})
PDF_ATTACHED: Final = {"summary.json": SUMMARY, "controls.json": CONTROLS}
# A receipt of the ledger, as custody.json and the register hold it; its token stamps all other members.
RECEIPT_MEMBERS: Final = frozenset({"seq", "prev", "at", "ledger_lines", "ledger_head", "token"})
# A text itself, opened in a proof: the name of the disclosure that holds its hash, with this behind it.
TEXT: Final = "_text"
TEXTS: Final = frozenset({"prompt", "response"})
PULL_MEMBERS: Final = frozenset({"source_id", "pull", "journal_sha256", "begun", "ended", "answers", "files", "missing",
                                 "gaps"})
COUNTED: Final = (".ndjson", ".csv", ".txt")

# Names inside a package: plain ASCII segments, so that no two systems can disagree about them.
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
NAME_LIMIT: Final = 200
PACKAGE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FIELD: Final = "Seal"
TEST_ORGANISATION: Final = "TEST"
SUMS_LINE: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._/-]*)")

# The container: one form of ZIP only (APPNOTE 6.3.10), every field of which has one possible value.
ZIP_VERSION: Final = 20
ZIP64_VERSION: Final = 45
ZIP_DATE: Final = (0 << 9) | (1 << 5) | 1  # 1980-01-01
ZIP_ATTRIBUTES: Final = 0o100644 << 16
ZIP_UNIX: Final = 3
ZIP64_FROM: Final = 0xF000_0000  # sizes and offsets from here on are written as ZIP64
ZIP_COMMENT: Final = b"sha256:"  # then 64 hex digits: SHA-256 of every byte before the end record
DEFLATE_LEVEL: Final = 1  # a tenth more bytes than 6; inflating is as fast
DEFLATED: Final = 8
RESTARTED: Final = frozenset({CHAINS, DISCLOSURES})  # streams that can be entered at a line after each ...
RESTART_BYTES: Final = 1 << 18  # ... so many bytes

# What a verifier refuses politely instead of swallowing.
MAX_ENTRIES: Final = 20_000
MAX_TOTAL: Final = 256 << 30
MAX_RATIO: Final = 1032  # deflate cannot do better
MAX_KEPT: Final = 64 << 20
MAX_PDF: Final = 100_000_000
MAX_LINE: Final = 16 << 20
MAX_CMS: Final = 1 << 20
MAX_PROOF: Final = 32 << 20
MAX_DISCLOSURE: Final = 16 << 20
MAX_CERTIFICATES: Final = 16
CLOCK_SKEW_S: Final = 24 * 3600  # claimed signing time against the time stamp
CRL_AGE_S: Final = 32 * 24 * 3600  # a revocation list older than this at the time of sealing proves nothing

MIN_RSA_BITS: Final = 3072
CURVES: Final = frozenset({"secp256r1", "secp384r1", "secp521r1"})
HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
APPROVALS: Final = ".approvals"  # folder beside evidence-2026-10.zip: evidence-2026-10.zip.approvals
RENEWALS: Final = ".renewals"  # folder beside evidence-2026-10.zip: evidence-2026-10.zip.renewals
RENEWED_LINE: Final = re.compile(r"([0-9a-f]{128})  (\.\./[A-Za-z0-9][A-Za-z0-9._-]*|\d{4}\.(?:sums|tsr|pem|crl))")
RENEWAL_DUE_S: Final = 365 * 24 * 3600  # an authority's certificate with less time left asks for a renewal
SIDECAR: Final = ".p7s"  # beside evidence-2026-10.zip: a signature over the bytes of the ZIP
ROLE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")

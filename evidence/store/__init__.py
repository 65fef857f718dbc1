"""What a company keeps, and the closed engine over it.

Vault, ledger, secrets and register are never rebuilt; segments and runs are derived and can be deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import catalog
from evidence.errors import ConfigError, UsageError, Where
from evidence.model import Company, Period
from evidence.store import sealed, secrets
from evidence.store.engine import MEMORY, THREADS
from evidence.store.ledger import Ledger
from evidence.store.segments import Segments
from evidence.store.vault import Vault

if TYPE_CHECKING:
    import duckdb

Reread = Callable[["Store", str, str], bytes]


class Store:
    """The folder ``.evidence`` of a company.

    Args:
        root: the company folder.
        company: its evidence.yaml.
        reread: how one text of one record is read again; readers are above the store, so the pipeline hands it in.
    """

    def __init__(self, root: Path, company: Company, *, reread: Reread | None = None) -> None:
        """Name the places; nothing is made yet."""
        self.root, self.company, self._reread = root, company, reread
        self.home = root / ".evidence"
        self.vault = Vault(self.home / "vault", self._vault_key if company.ingest.vault == "encrypted" else None)
        self.ledger = Ledger(self.home / "ledger.jsonl")
        self.segments = Segments(self.home / "segments")
        self.secrets = self.home / "secrets"
        self.register = self.home / "register"
        self.runs = self.home / "runs"
        self.packages = root / "packages"
        self.disclosures = root / "disclosures"
        self.lock = self.home / "lock"
        self.sealing = self.home / "sealing"

    def key(self, name: str) -> bytes:
        """Return 32 random bytes that this company keeps under this name, made on first use.

        Raises:
            CustodyError: others than the owner can read them.
        """
        return secrets.key(self.secrets, name)

    def _vault_key(self) -> bytes:
        """Return the key of the vault, from where evidence.yaml says.

        Raises:
            ConfigError: there is none, or it is not 32 bytes.
        """
        import os

        name, path = self.company.ingest.vault_key_env, self.company.ingest.vault_key_file
        if name:
            if (value := os.environ.get(name)) is None:
                raise ConfigError(f"the environment variable {name} is not set", where=Where("evidence.yaml",
                                  key="ingest.vault_key_env"))
            return sealed.read_key(value.encode(), name)
        if path:
            try:
                return sealed.read_key((self.root / path).read_bytes(), path)
            except OSError as error:
                raise ConfigError(f"the key cannot be read: {error.strerror}", where=Where(path)) from error
        return self.key("vault")

    def catalogs(self) -> tuple[Path, ...]:
        """Return the further catalogues that evidence.yaml names, folders and installed packages.

        Raises:
            ConfigError: one of them is not there.
        """
        return catalog.further(self.root, self.company.ingest.catalogs, self.company.ingest.plugins)

    def open(self, *, as_of_seq: int | None = None, period: Period, reference_time: datetime, memory: str = MEMORY,
             threads: int = THREADS) -> duckdb.DuckDBPyConnection:
        """Return a closed engine over everything received up to a line of the ledger.

        ``raw`` has every row of every segment; ``main`` has one row for each key, the tables ``file``, ``reject``,
        ``skip``, ``finding``, ``placeholder``, ``duplicate``, ``altered``, ``param`` and ``cfg_*``, and the result
        relations, empty. It reads below ``.evidence`` and nowhere else.

        Raises:
            CustodyError: ledger and segments do not agree.
        """
        from evidence.store import views

        return views.connect(self, as_of_seq=as_of_seq, period=period, reference_time=reference_time, memory=memory,
                             threads=threads)

    def text(self, locator: str, part: str) -> bytes:
        """Return one text of one record, read again from the raw bytes.

        Raises:
            SourceError: the bytes were not kept, or hold no such text.
            UsageError: this store was opened without a way to read again (see ``evidence.pipeline.open_store``).
        """
        if self._reread is None:
            raise UsageError("this store cannot read texts again", advice="open it with evidence.pipeline.open_store")
        return self._reread(self, locator, part)

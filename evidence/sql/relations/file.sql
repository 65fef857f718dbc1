/*---
relation: file
meaning: >
  A raw file as received. Hashed before it was read.
kind: ledger
key: [file_sha256, source_id]
---*/
CREATE TABLE file (
    file_sha256 VARCHAR NOT NULL,        -- SHA-256 of the bytes
    bytes BIGINT NOT NULL,               -- size
    path VARCHAR NOT NULL,               -- where it lay, relative to the company folder
    source_id VARCHAR NOT NULL,          -- source it was taken for
    connector VARCHAR NOT NULL,          -- connector that read it
    connector_digest VARCHAR NOT NULL,   -- digest of that connector
    state VARCHAR NOT NULL,              -- read, partial (readable in part) or unreadable
    reason VARCHAR,                      -- why it is not read in full
    lines BIGINT NOT NULL,               -- lines, elements or rows in it
    records BIGINT NOT NULL,             -- of these records
    rejects BIGINT NOT NULL,             -- of these rejects
    blanks BIGINT NOT NULL,              -- of these blank lines
    skips BIGINT NOT NULL,               -- records that a declared skip left out
    rows_out BIGINT NOT NULL,            -- canonical rows that came of the records
    fan_out BIGINT NOT NULL,             -- of these rows beyond the first of each record
    first_time TIMESTAMP,                -- UTC; first event in it
    last_time TIMESTAMP,                 -- UTC; last event in it
    kept BOOLEAN,                        -- false: only its hashes are, the bytes are not in the vault
    ledger_seq BIGINT NOT NULL,          -- line of the ledger that received it
    received_at TIMESTAMP,               -- UTC; when that line was written
    tombstone VARCHAR,                   -- its raw bytes were erased: retention (its time was over) or request (before that)
    tombstone_seq BIGINT,                -- line of the ledger that says so
    erased_at TIMESTAMP,                 -- UTC; when
    erased_by VARCHAR,                   -- who answers for it
    erased_reason VARCHAR,               -- why
    CHECK (state IN ('read', 'partial', 'unreadable')),
    CHECK (tombstone IN ('retention', 'request')),
    CHECK (lines = records + rejects + blanks)
);

/*---
relation: source_window
meaning: >
  What a file claims to cover, and what it covers.
kind: append_only
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE source_window (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; start of the window
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    end_time TIMESTAMP NOT NULL,         -- UTC, exclusive
    stream VARCHAR NOT NULL,             -- relation or category covered
    basis VARCHAR NOT NULL,              -- declared, receipt, content or report_day
    complete BOOLEAN NOT NULL,           -- true: the source says nothing is missing in the window
    source_rows BIGINT,                  -- rows the source itself says there are, for the tie-out
    reason VARCHAR,                      -- why it is not complete
    CHECK (basis IN ('declared', 'receipt', 'content', 'report_day'))
);

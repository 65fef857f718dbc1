/*---
relation: connection_snapshot
meaning: >
  How a connection of the gateway was set when the gateway was asked.
kind: snapshot
key: [source_id, native_id, ordinal, observed_at]
time: event_time
---*/
CREATE TABLE connection_snapshot (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; the same as observed_at
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    connection VARCHAR NOT NULL,         -- name
    connection_type VARCHAR,             -- type/subtype
    masking_enabled BOOLEAN,             -- effective state; NULL: unknown
    recording_enabled BOOLEAN,           -- effective state; NULL: unknown
    approval_jit BOOLEAN,                -- approval of access windows in force
    approval_command BOOLEAN,            -- approval of single commands in force
    guardrails_enabled BOOLEAN,          -- effective state
    status VARCHAR,                      -- online or offline
    config_sha256 VARCHAR NOT NULL       -- hash of the record without secrets; changes when the setting does
);

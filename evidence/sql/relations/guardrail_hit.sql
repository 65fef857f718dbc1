/*---
relation: guardrail_hit
meaning: >
  A rule of the gateway that fired. Matched words are dropped: they are sensitive.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE guardrail_hit (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; time of the session or exchange
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    session_id VARCHAR,                  -- native id of the session
    exchange_ref VARCHAR,                -- native id of the exchange, where known
    rule_name VARCHAR NOT NULL,          -- name of the rule
    direction VARCHAR,                   -- input or output
    action VARCHAR                       -- blocked, masked, warned or logged
);

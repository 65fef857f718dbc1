/*---
relation: masking_claim
meaning: >
  What the gateway says it masked. A claim, not a proof.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE masking_claim (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; time of the session or exchange the claim is about
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    session_id VARCHAR,                  -- native id of the session
    exchange_ref VARCHAR,                -- native id of the exchange where the counter is per exchange
    scope VARCHAR NOT NULL,              -- session or exchange
    entity_type VARCHAR NOT NULL,        -- entity name in our spelling (connectors map vendor names); '*' for a total
    n_masked BIGINT,                     -- count the gateway says it masked
    n_analyzed BIGINT,                   -- count the gateway says it found
    err_count BIGINT,                    -- chunks on which the masking failed
    truncated BOOLEAN,                   -- true: counters cover a truncated recording
    engine VARCHAR,                      -- masking engine as named by the gateway
    direction VARCHAR,                   -- input (prompt), output (response) or unclear (either); NULL: a counter of the whole session
    CHECK (scope IN ('session', 'exchange'))
);

/*---
relation: approval
meaning: >
  A request for approval and its state, as the gateway or ticket system shows it when asked.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE approval (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; when approval was asked for
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    session_id VARCHAR,                  -- native id of the session that needed it
    exchange_ref VARCHAR,                -- native id of the exchange, where approval is per exchange
    requester VARCHAR,                   -- user id of the one who asked
    requester_email VARCHAR,             -- his address, normalised with norm_id()
    connection VARCHAR,                  -- connection asked for
    approval_kind VARCHAR NOT NULL,      -- onetime, jit (a window in time) or external
    status VARCHAR NOT NULL,             -- pending, approved, rejected, revoked, executed, expired or unknown
    duration_us BIGINT,                  -- microseconds of access granted; NULL for onetime
    expires_at TIMESTAMP,                -- UTC; end of the window as the source says it
    revoked_at TIMESTAMP,                -- UTC; when somebody revoked it
    quorum BIGINT,                       -- approvals needed; NULL means every group listed
    rule_name VARCHAR,                   -- rule that asked for the approval
    window_start VARCHAR,                -- time of day from which execution is allowed, HH:MM UTC
    window_end VARCHAR,                  -- time of day until which execution is allowed, HH:MM UTC
    prompt_sha256 VARCHAR,               -- hash of the approved content, where the source has it
    reason_text_sha256 VARCHAR,          -- hash of the justification or rejection reason
    external_ref VARCHAR,                -- ticket number
    CHECK (approval_kind IN ('onetime', 'jit', 'external')),
    CHECK (status IN ('pending', 'approved', 'rejected', 'revoked', 'executed', 'expired', 'unknown'))
);

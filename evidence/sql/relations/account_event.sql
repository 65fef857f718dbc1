/*---
relation: account_event
meaning: >
  The state of an account changed, or was seen in a snapshot.
kind: append_only
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE account_event (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; when the state held or changed
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    account_id VARCHAR NOT NULL,         -- immutable id of the account
    account_name VARCHAR,                -- user name, normalised
    operation VARCHAR NOT NULL,          -- created, enabled, disabled, deleted, renamed, sessions_revoked, seen_enabled or seen_disabled
    old_name VARCHAR,                    -- user name before a rename, normalised
    actor_id VARCHAR,                    -- who did it
    CHECK (operation IN ('created', 'enabled', 'disabled', 'deleted', 'renamed', 'sessions_revoked', 'seen_enabled', 'seen_disabled'))
);

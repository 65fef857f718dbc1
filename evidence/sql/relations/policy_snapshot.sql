/*---
relation: policy_snapshot
meaning: >
  A policy object of a source (masking rule, access rule) as it stood when asked.
kind: snapshot
key: [source_id, native_id, ordinal, observed_at]
time: event_time
---*/
CREATE TABLE policy_snapshot (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; the same as observed_at, or when it was last changed
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    object_type VARCHAR NOT NULL,        -- masking_rule, access_rule, guardrail, plugin, event_subscription, attribute, rulepack or server
    object_name VARCHAR,                 -- name; of a server its version and its provider of masking
    connection VARCHAR,                  -- connection it is attached to; NULL: by attribute, or none
    entity_type VARCHAR,                 -- entity it masks, for masking rules
    groups_required VARCHAR,             -- groups that must approve, sorted, comma between
    groups_skip VARCHAR,                 -- groups that need no approval, sorted, comma between
    quorum BIGINT,                       -- approvals needed
    changed_at TIMESTAMP,                -- UTC; last change as the object says
    config_sha256 VARCHAR NOT NULL       -- hash of the record
);

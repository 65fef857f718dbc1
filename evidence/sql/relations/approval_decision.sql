/*---
relation: approval_decision
meaning: >
  What one approving group or person decided on an approval.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE approval_decision (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP,                -- UTC; instant of the decision; NULL while pending
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    approval_id VARCHAR NOT NULL,        -- native id of the approval
    group_name VARCHAR,                  -- group asked, by the name the gateway used then
    status VARCHAR NOT NULL,             -- pending, approved, rejected, revoked or unknown
    actor VARCHAR,                       -- user id of the one who decided
    actor_email VARCHAR,                 -- his address, normalised with norm_id()
    actor_kind VARCHAR,                  -- person, api_key or automation
    forced BOOLEAN,                      -- true: decided by a group that may force
    CHECK (status IN ('pending', 'approved', 'rejected', 'revoked', 'unknown'))
);

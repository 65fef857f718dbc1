/*---
relation: membership_snapshot
meaning: >
  A member of a group at the time the directory was asked.
kind: snapshot
key: [source_id, native_id, ordinal, observed_at]
time: event_time
---*/
CREATE TABLE membership_snapshot (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP,                -- UTC; the same as observed_at; NULL where the snapshot has no time
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    group_id VARCHAR NOT NULL,           -- immutable id of the group
    group_name VARCHAR,                  -- its name then
    member_kind VARCHAR NOT NULL,        -- person, group, device, service or unknown
    member_id VARCHAR,                   -- immutable id of the member; NULL row: the group was listed and empty
    complete BOOLEAN NOT NULL,           -- true: every member of the group was listed
    rule_driven BOOLEAN                  -- true: a rule of the directory decides who is a member (a dynamic group); NULL: not said
);

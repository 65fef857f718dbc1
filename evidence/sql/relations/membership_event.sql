/*---
relation: membership_event
meaning: >
  Somebody was added to a group or removed from it.
kind: append_only
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE membership_event (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; when the change took effect
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    group_id VARCHAR NOT NULL,           -- immutable id of the group
    group_name VARCHAR,                  -- its name in this event
    member_kind VARCHAR NOT NULL,        -- person, group, device, service or unknown
    member_id VARCHAR NOT NULL,          -- immutable id of the member
    member_name VARCHAR,                 -- user name of the member, normalised
    operation VARCHAR NOT NULL,          -- add or remove
    actor_id VARCHAR,                    -- who did it
    CHECK (operation IN ('add', 'remove'))
);

/*---
relation: admin_event
meaning: >
  Somebody changed the configuration of a source, or read what is protected.
kind: append_only
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE admin_event (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; when it was done
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    actor VARCHAR,                       -- user id
    actor_email VARCHAR,                 -- address, normalised
    action VARCHAR NOT NULL,             -- create, update, delete, revoke, read, enable, disable or other
    object_type VARCHAR,                 -- what kind of object; log_stream where the log itself is switched on or off
    object_id VARCHAR,                   -- which one
    outcome VARCHAR NOT NULL,            -- success, failure or unknown
    client_ip VARCHAR                    -- address
);

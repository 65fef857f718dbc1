/*---
relation: identity_alias
meaning: >
  One name of one account, and how long it held. Folded with account events into persons.
kind: snapshot
key: [source_id, native_id, ordinal, observed_at]
time: event_time
---*/
CREATE TABLE identity_alias (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP,                -- UTC; the same as observed_at; NULL for a list without a time
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    alias_type VARCHAR NOT NULL,         -- oid, upn, email, subject, employee_id, gateway_user, or a name that connectors agree on; phone only for the scanner
    issuer VARCHAR NOT NULL,             -- tenant, issuer or system in which the alias is unique
    alias VARCHAR NOT NULL,              -- normalised with norm_id()
    anchor_type VARCHAR NOT NULL,        -- alias type that names the person: oid for a directory, any for a hand-kept list
    anchor VARCHAR NOT NULL,             -- normalised with norm_id()
    display_name VARCHAR,                -- name to print; never used to join
    person_kind VARCHAR NOT NULL,        -- member, guest, service, shared or unknown
    valid_from TIMESTAMP,                -- UTC; NULL: open
    valid_to TIMESTAMP,                  -- UTC, exclusive; NULL: open
    basis VARCHAR NOT NULL,              -- snapshot, event (a record that names two names as one) or declared
    CHECK (person_kind IN ('member', 'guest', 'service', 'shared', 'unknown')),
    CHECK (basis IN ('snapshot', 'event', 'declared'))
);

/*---
relation: account_interval
meaning: >
  From when to when an account was enabled or disabled.
kind: result
key: [issuer, account_id, valid_from]
---*/
CREATE TABLE account_interval (
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    account_id VARCHAR NOT NULL,         -- immutable id
    person_id VARCHAR NOT NULL,          -- the person
    state VARCHAR NOT NULL,              -- enabled, disabled or deleted
    valid_from TIMESTAMP NOT NULL,       -- UTC
    valid_to TIMESTAMP NOT NULL,         -- UTC, exclusive
    basis VARCHAR NOT NULL               -- event or snapshot_only
);

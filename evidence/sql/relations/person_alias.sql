/*---
relation: person_alias
meaning: >
  Which alias meant which person, and when. Overlapping persons make the interval ambiguous.
kind: result
key: [alias_type, issuer, alias, person_id, valid_from]
---*/
CREATE TABLE person_alias (
    alias_type VARCHAR NOT NULL,         -- as in identity_alias
    issuer VARCHAR NOT NULL,             -- as in identity_alias; '' where the alias type is unique everywhere
    alias VARCHAR NOT NULL,              -- normalised
    person_id VARCHAR NOT NULL,          -- the person
    valid_from TIMESTAMP NOT NULL,       -- UTC; 0001-01-01 for open
    valid_to TIMESTAMP NOT NULL,         -- UTC, exclusive; 9999-12-31 for open
    basis VARCHAR NOT NULL,              -- snapshot, snapshot_only, event or declared
    ambiguous BOOLEAN NOT NULL           -- true: another person has the alias in an overlapping interval
);

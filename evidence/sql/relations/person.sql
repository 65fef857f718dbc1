/*---
relation: person
meaning: >
  A person or other account holder, made of one account of the directory and everything declared to
  be the same.
kind: result
key: [person_id]
---*/
CREATE TABLE person (
    person_id VARCHAR NOT NULL,          -- 'p:' and the normalised anchor (issuer and object id, or the declared alias)
    display_name VARCHAR,                -- name to print
    person_kind VARCHAR NOT NULL,        -- member, guest, service, shared or unknown
    anchor_type VARCHAR NOT NULL,        -- alias type of the anchor
    anchor VARCHAR NOT NULL,             -- normalised anchor
    basis VARCHAR NOT NULL               -- directory, declared or sign_in_only
);

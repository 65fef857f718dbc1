/*---
relation: membership_interval
meaning: >
  From when to when a person was a direct member of a group.
kind: result
key: [issuer, group_id, member_id, valid_from]
---*/
CREATE TABLE membership_interval (
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    group_id VARCHAR NOT NULL,           -- immutable id of the group
    member_id VARCHAR NOT NULL,          -- immutable id of the member
    valid_from TIMESTAMP NOT NULL,       -- UTC; 0001-01-01 for open
    valid_to TIMESTAMP NOT NULL,         -- UTC, exclusive; 9999-12-31 for open
    from_basis VARCHAR NOT NULL,         -- event, snapshot_only or before_coverage
    to_basis VARCHAR NOT NULL,           -- event, open or snapshot_absent
    conflict BOOLEAN NOT NULL,           -- true: snapshots and events disagree somewhere in it
    rule_driven BOOLEAN NOT NULL         -- true: a rule of the directory decides who is in that group
);

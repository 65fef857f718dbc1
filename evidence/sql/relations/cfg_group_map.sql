/*---
relation: cfg_group_map
meaning: >
  Which gateway group is which directory group, and when.
kind: setting
key: [gateway_group, group_id, valid_from]
---*/
CREATE TABLE cfg_group_map (
    gateway_group VARCHAR NOT NULL,      -- name in the gateway
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    group_id VARCHAR NOT NULL,           -- immutable id in the directory
    valid_from TIMESTAMP NOT NULL,       -- UTC; 0001-01-01 for open
    valid_to TIMESTAMP NOT NULL          -- UTC, exclusive; 9999-12-31 for open
);

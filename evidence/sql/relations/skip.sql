/*---
relation: skip
meaning: >
  A record that the connector leaves out by a declared rule.
kind: derived
key: [source_id, locator]
---*/
CREATE TABLE skip (
    source_id VARCHAR NOT NULL,          -- source of the file
    locator VARCHAR NOT NULL,            -- the record
    reason VARCHAR NOT NULL              -- reason declared in connector.yaml
);

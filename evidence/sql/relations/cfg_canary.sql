/*---
relation: cfg_canary
meaning: >
  Made-up values that were sent through the real gateway to see whether they are found. Never the value.
kind: setting
key: [canary_id]
---*/
CREATE TABLE cfg_canary (
    canary_id VARCHAR NOT NULL,          -- name of the canary, cn- and 12 hex
    entity_type VARCHAR NOT NULL,        -- what it looks like
    value_hmac VARCHAR NOT NULL,         -- as in finding
    registered_at TIMESTAMP NOT NULL     -- UTC; when it was made
);

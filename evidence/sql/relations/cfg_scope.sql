/*---
relation: cfg_scope
meaning: >
  Which surface of which source must pass the gateway.
kind: setting
key: [rank]
---*/
CREATE TABLE cfg_scope (
    rank BIGINT NOT NULL,                -- order of the rules; the first that fits holds
    source_id VARCHAR NOT NULL,          -- source, or '*'
    surface VARCHAR NOT NULL,            -- surface as a LIKE pattern
    rule VARCHAR NOT NULL                -- must_be_gated, native_allowed, excluded or not_observable
);

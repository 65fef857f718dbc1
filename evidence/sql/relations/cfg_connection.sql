/*---
relation: cfg_connection
meaning: >
  What must hold on a gateway connection.
kind: setting
key: [rank]
---*/
CREATE TABLE cfg_connection (
    rank BIGINT NOT NULL,                -- order; the first that fits holds
    connection VARCHAR NOT NULL,         -- connection as a LIKE pattern
    in_scope BOOLEAN NOT NULL,           -- false: not an AI connection of the scope
    masking_required BOOLEAN NOT NULL    -- masking must be on
);

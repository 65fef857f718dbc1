/*---
relation: reject
meaning: >
  A record or line that gave no row, and why.
kind: derived
key: [source_id, locator, relation, reason]
---*/
CREATE TABLE reject (
    source_id VARCHAR NOT NULL,          -- source of the file
    locator VARCHAR NOT NULL,            -- record, line or whole file (record number -1)
    relation VARCHAR,                    -- relation whose constraint refused it; NULL: refused before
    reason VARCHAR NOT NULL,             -- lower_snake code, with :field where one field is to blame
    detail VARCHAR,                      -- where in the line, in words; never text of the record
    byte_len BIGINT                      -- length of what was refused
);

/*---
relation: placeholder
meaning: >
  A mark in a recorded text that says something was masked there.
kind: derived
key: [source_id, exchange_ref, field, off_bytes]
---*/
CREATE TABLE placeholder (
    source_id VARCHAR NOT NULL,          -- source of the text
    locator VARCHAR NOT NULL,            -- record of the text
    exchange_ref VARCHAR NOT NULL,       -- native id of the exchange
    field VARCHAR NOT NULL,              -- prompt or response
    style VARCHAR NOT NULL,              -- style of the grammar that matched
    entity_type VARCHAR,                 -- entity the mark names; NULL: the style has none
    self_evident BOOLEAN NOT NULL,       -- true: the style proves masking without a claim
    off_bytes BIGINT NOT NULL,           -- offset in the text, in UTF-8 bytes
    len_bytes BIGINT NOT NULL,           -- length in UTF-8 bytes
    visible_bytes BIGINT NOT NULL        -- bytes of the value that the mask leaves to see
);

/*---
relation: finding
meaning: >
  Something sensitive that the scanner found in a recorded text. Never the value, never a preview.
kind: derived
key: [source_id, exchange_ref, field, off_bytes, entity_type]
---*/
CREATE TABLE finding (
    source_id VARCHAR NOT NULL,          -- source of the text
    locator VARCHAR NOT NULL,            -- record of the text
    exchange_ref VARCHAR NOT NULL,       -- native id of the exchange
    field VARCHAR NOT NULL,              -- prompt or response
    entity_type VARCHAR NOT NULL,        -- what was found
    entity_class VARCHAR NOT NULL,       -- contact, government_id, payment, secret, network, name or other
    rule_id VARCHAR NOT NULL,            -- rule that found it
    rules_digest VARCHAR NOT NULL,       -- digest of the rule packs, or of the dictionary of people, in force
    off_bytes BIGINT NOT NULL,           -- offset in the text, in UTF-8 bytes
    len_bytes BIGINT NOT NULL,           -- length in UTF-8 bytes
    confidence_milli BIGINT NOT NULL,    -- 0 to 1000
    flag VARCHAR,                        -- fixture, non_public, echo, allowed, capped, partial, canary or NULL
    value_hmac VARCHAR NOT NULL,         -- HMAC-SHA256 under the company's finding key of entity, 0x00, value; 32 hex
    engine VARCHAR NOT NULL,             -- engine that found it
    CHECK (field IN ('prompt', 'response'))
);

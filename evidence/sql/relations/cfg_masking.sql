/*---
relation: cfg_masking
meaning: >
  Which data class must be masked for whom.
kind: setting
key: [rank]
---*/
CREATE TABLE cfg_masking (
    rank BIGINT NOT NULL,                -- order; the first that fits holds
    entity_class VARCHAR NOT NULL,       -- class, or '*'
    entity_type VARCHAR NOT NULL,        -- entity, or '*'
    connection VARCHAR NOT NULL,         -- LIKE pattern
    directory_group VARCHAR,             -- group id the rule is for; NULL: everyone
    action VARCHAR NOT NULL,             -- must_mask, partial_ok or allow
    keep_last BIGINT,                    -- characters that may stay to see with partial_ok
    valid_from TIMESTAMP NOT NULL,       -- UTC; 0001-01-01 for open
    valid_to TIMESTAMP NOT NULL,         -- UTC, exclusive; 9999-12-31 for open
    strategy VARCHAR                     -- mask, hash or surrogate: how values are replaced; NULL: mask
);

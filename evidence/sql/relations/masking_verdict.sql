/*---
relation: masking_verdict
meaning: >
  What can be said of the masking of one response, per entity.
kind: result
key: [interaction_id, entity_type]
---*/
CREATE TABLE masking_verdict (
    interaction_id VARCHAR NOT NULL,     -- the chain
    entity_type VARCHAR NOT NULL,        -- entity; '*' for the response as a whole
    verdict VARCHAR NOT NULL,            -- claimed_not_masked leak analyzed_unmasked partial_too_wide failed_open off indeterminate surrogate_unverifiable under_evidenced unclaimed_placeholder over_masked masked_ok no_sensitive
    verdict_rank BIGINT NOT NULL,        -- 1 is the worst, in the order above
    severity VARCHAR NOT NULL,           -- critical, high, medium, low or info
    reason VARCHAR NOT NULL,             -- lower_snake code
    n_residual BIGINT NOT NULL,          -- values found that should not be there
    n_placeholder BIGINT NOT NULL,       -- marks found
    claimed_masked BIGINT,               -- as the gateway says; NULL: no claim
    claimed_analyzed BIGINT,             -- as the gateway says; NULL: no claim
    claim_scope VARCHAR                  -- exchange or session
);

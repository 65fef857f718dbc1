/*---
relation: skew
meaning: >
  How far the clock of a source is from the gateway's, and how that is known.
kind: result
key: [source_id, reference_source]
---*/
CREATE TABLE skew (
    source_id VARCHAR NOT NULL,          -- the source
    reference_source VARCHAR NOT NULL,   -- the gateway compared with
    method VARCHAR NOT NULL,             -- exact_pairs, anchors, configured (an offset that somebody declared) or not_evidenced
    pairs BIGINT NOT NULL,               -- pairs used
    median_us BIGINT,                    -- source clock minus reference clock, microseconds
    p99_abs_us BIGINT,                   -- 99th percentile of the absolute difference
    tolerance_us BIGINT NOT NULL,        -- tolerance in force
    anchor VARCHAR,                      -- names of the anchors declared for the two, comma between
    unmet BIGINT                         -- declared pairs of which an event is in no record
);

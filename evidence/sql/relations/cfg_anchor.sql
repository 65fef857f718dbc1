/*---
relation: cfg_anchor
meaning: >
  What is declared of the clocks of two sources: events known to be one instant, or an offset.
kind: setting
key: [anchor, event_id]
---*/
CREATE TABLE cfg_anchor (
    anchor VARCHAR NOT NULL,             -- its name
    source_id VARCHAR NOT NULL,          -- source whose clock it is about
    reference_source VARCHAR NOT NULL,   -- source compared with
    event_id VARCHAR,                    -- native id of an event of the source; NULL for a declared offset
    reference_event VARCHAR,             -- native id of the event of the reference that is the same instant
    offset_us BIGINT,                    -- declared: source clock minus reference clock, microseconds
    reason VARCHAR NOT NULL,             -- why, in the words of the one who declared it
    declared_by VARCHAR NOT NULL         -- who declared it
);

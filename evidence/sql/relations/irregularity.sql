/*---
relation: irregularity
meaning: >
  What inside the covered time of a stream is not as it should be, and is no gap by itself: hours without traffic
  against what is usual, and numbers missing in a sequence.
kind: result
key: [source_id, stream, kind, from_time, example]
---*/
CREATE TABLE irregularity (
    source_id VARCHAR NOT NULL,          -- the source
    stream VARCHAR NOT NULL,             -- relation
    kind VARCHAR NOT NULL,               -- zero_traffic or sequence_gap
    from_time TIMESTAMP NOT NULL,        -- UTC
    to_time TIMESTAMP NOT NULL,          -- UTC; exclusive for zero_traffic, the last record seen for sequence_gap
    expected BIGINT NOT NULL,            -- records usual in such hours, or numbers that the sequence should have
    found BIGINT NOT NULL,               -- records there are
    example VARCHAR                      -- the session of a sequence
);

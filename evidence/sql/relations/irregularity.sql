/*---
relation: irregularity
meaning: >
  What inside the covered time of a stream is not as it should be, and is no gap by itself: hours without traffic
  against what is usual, numbers missing in a
  sequence, and interactions of which the answers to one question contradict each other.
kind: result
key: [source_id, stream, kind, from_time, example]
---*/
CREATE TABLE irregularity (
    source_id VARCHAR NOT NULL,          -- the source
    stream VARCHAR NOT NULL,             -- relation
    kind VARCHAR NOT NULL,               -- zero_traffic, sequence_gap or group_disagreement
    from_time TIMESTAMP NOT NULL,        -- UTC
    to_time TIMESTAMP NOT NULL,          -- UTC; exclusive for zero_traffic, the last record seen otherwise
    expected BIGINT NOT NULL,            -- records usual in such hours, numbers that the sequence should have, or interactions asked about
    found BIGINT NOT NULL,               -- records there are, or interactions whose answers agree
    example VARCHAR                      -- the session of a sequence; the group, its three answers and an interaction
);

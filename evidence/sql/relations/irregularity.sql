/*---
relation: irregularity
meaning: >
  What inside the covered time of a stream is not as it should be, and is no gap by itself: hours without traffic
  against what is usual, numbers missing in a
  sequence, interactions of which the answers to one question contradict each other, and records that came late.
kind: result
key: [source_id, stream, kind, from_time, example]
---*/
CREATE TABLE irregularity (
    source_id VARCHAR NOT NULL,          -- the source
    stream VARCHAR NOT NULL,             -- relation
    kind VARCHAR NOT NULL,               -- zero_traffic, sequence_gap, group_disagreement or late_arrival
    from_time TIMESTAMP NOT NULL,        -- UTC
    to_time TIMESTAMP NOT NULL,          -- UTC; exclusive for zero_traffic, the last record seen otherwise
    expected BIGINT NOT NULL,            -- records usual in such hours, numbers that the sequence should have, or interactions asked about
    found BIGINT NOT NULL,               -- records there are, interactions whose answers agree, or records in time
    example VARCHAR                      -- the session of a sequence; the group, its three answers and an interaction; how late
);

/*---
relation: coverage
meaning: >
  Which interval a source covers, stream by stream, and which gaps there are.
kind: result
key: [source_id, stream, from_time]
---*/
CREATE TABLE coverage (
    source_id VARCHAR NOT NULL,          -- the source
    stream VARCHAR NOT NULL,             -- relation or category
    from_time TIMESTAMP NOT NULL,        -- UTC
    to_time TIMESTAMP NOT NULL,          -- UTC, exclusive
    state VARCHAR NOT NULL,              -- covered, gap, pending or unknown
    basis VARCHAR NOT NULL,              -- declared, receipt, content, report_day or none
    reason VARCHAR NOT NULL,             -- lower_snake code
    records BIGINT NOT NULL,             -- records with an event in it
    late BIGINT                          -- of these, records that came later than the source's stated delivery; NULL: none stated
);

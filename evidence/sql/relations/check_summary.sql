/*---
relation: check_summary
meaning: >
  The figures of one check over its population.
kind: result
key: [check_id]
---*/
CREATE TABLE check_summary (
    check_id VARCHAR NOT NULL,           -- check
    title VARCHAR NOT NULL,              -- its title
    severity VARCHAR NOT NULL,           -- its severity
    sql_sha256 VARCHAR NOT NULL,         -- digest of the SQL that ran
    state VARCHAR NOT NULL,              -- ran, not_run or error
    state_reason VARCHAR,                -- why it did not run
    population BIGINT NOT NULL,          -- members in all, not_applicable left out
    passed BIGINT NOT NULL,              -- pass
    failed BIGINT NOT NULL,              -- fail without an approved exception
    approved BIGINT NOT NULL,            -- fail with one
    undetermined BIGINT NOT NULL,        -- undetermined
    not_applicable BIGINT NOT NULL,      -- members left out by reason
    population_sha256 VARCHAR NOT NULL   -- SHA-256 of the sorted subjects, a line each
);

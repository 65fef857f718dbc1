/*---
relation: param
meaning: >
  One row: the period and the tolerances of the run, so that SQL needs no parameters.
kind: setting
key: [period]
---*/
CREATE TABLE param (
    organisation VARCHAR NOT NULL,       -- name
    period VARCHAR NOT NULL,             -- label, 2026-10
    zone VARCHAR NOT NULL,               -- time zone of the period
    period_from TIMESTAMP NOT NULL,      -- UTC
    period_to TIMESTAMP NOT NULL,        -- UTC, exclusive
    reference_time TIMESTAMP NOT NULL,   -- UTC; the instant the run speaks for (--as-of)
    day_from TIMESTAMP NOT NULL,         -- UTC; day being worked on in a daily model; the period otherwise
    day_to TIMESTAMP NOT NULL,           -- UTC, exclusive
    skew_us BIGINT NOT NULL,             -- default clock tolerance between sources, microseconds
    token_life_us BIGINT NOT NULL,       -- longest token life, microseconds
    session_max_us BIGINT NOT NULL,      -- longest session at the identity provider, microseconds
    ceremony_us BIGINT NOT NULL          -- longest time between the records of one signing-in, microseconds
);

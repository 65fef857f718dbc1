/*---
relation: check_result
meaning: >
  The verdict of one check on one member of its population.
kind: result
key: [check_id, subject_kind, subject]
---*/
CREATE TABLE check_result (
    check_id VARCHAR NOT NULL,           -- check
    subject_kind VARCHAR NOT NULL,       -- interaction, usage, person, connection, approval, source, file, day or object
    subject VARCHAR NOT NULL,            -- id within that kind
    verdict VARCHAR NOT NULL,            -- pass, fail, not_applicable or undetermined
    reason VARCHAR NOT NULL,             -- lower_snake code, explained in the check's header
    expected VARCHAR NOT NULL,           -- what should be, in words and values
    actual VARCHAR NOT NULL,             -- what is, in words and values
    record_refs VARCHAR NOT NULL,        -- locators, sorted, blank between
    severity VARCHAR NOT NULL,           -- critical, high, medium or low
    person_id VARCHAR,                   -- person of the subject, for the exception's identity
    connection VARCHAR,                  -- connection of the subject, for the exception's identity
    exception_id VARCHAR,                -- approved exception that covers a fail; NULL: none
    CHECK (verdict IN ('pass', 'fail', 'not_applicable', 'undetermined'))
);

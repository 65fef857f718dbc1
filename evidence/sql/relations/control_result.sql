/*---
relation: control_result
meaning: >
  What the period shows about one control.
kind: result
key: [framework, control_id]
---*/
CREATE TABLE control_result (
    framework VARCHAR NOT NULL,          -- framework id
    control_id VARCHAR NOT NULL,         -- control
    title VARCHAR NOT NULL,              -- our short title
    testability VARCHAR NOT NULL,        -- T testable, P in part, S the package itself, N not from logs
    applicable BOOLEAN NOT NULL,         -- by the statement of applicability
    design VARCHAR NOT NULL,             -- effective, exceptions, source_gap, not_tested
    operating VARCHAR NOT NULL,          -- error exceptions source_gap not_tested no_occurrence effective_with_approved_exceptions effective
    severity VARCHAR,                    -- worst severity among unapproved fails
    checks VARCHAR NOT NULL,             -- checks that stand for it, sorted, comma between
    population BIGINT NOT NULL,          -- sum over its checks
    failed BIGINT NOT NULL,              -- unapproved fails
    approved BIGINT NOT NULL,            -- approved fails
    undetermined BIGINT NOT NULL,        -- undetermined
    reason VARCHAR NOT NULL              -- in words: what the figure rests on or what to attach
);

/*---
relation: cfg_source
meaning: >
  The sources of evidence.yaml and what their connectors can show.
kind: setting
key: [source_id]
---*/
CREATE TABLE cfg_source (
    source_id VARCHAR NOT NULL,          -- id
    connector VARCHAR NOT NULL,          -- connector
    role VARCHAR NOT NULL,               -- gateway, idp, directory, copilot, approvals or people
    settling_us BIGINT NOT NULL,         -- microseconds until its records are final
    skew_us BIGINT NOT NULL,             -- tolerance for its clock
    issuer VARCHAR,                      -- issuer of its subjects, where configured
    required BOOLEAN NOT NULL,           -- true: without it the month is incomplete
    delivery_us BIGINT                   -- microseconds within which its records are here, as declared; NULL: not declared
);

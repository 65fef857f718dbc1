/*---
relation: cfg_caller
meaning: >
  Callers that are not plain persons, as declared.
kind: setting
key: [source_id, subject]
---*/
CREATE TABLE cfg_caller (
    source_id VARCHAR NOT NULL,          -- gateway source, or '*'
    subject VARCHAR NOT NULL,            -- user id, address or key alias, normalised
    caller_class VARCHAR NOT NULL,       -- shared_key, personal_key, service_principal or human_via_agent
    owner_alias VARCHAR                  -- address of the owner, for personal_key and human_via_agent
);

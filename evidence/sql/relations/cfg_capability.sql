/*---
relation: cfg_capability
meaning: >
  What a source can show at all.
kind: setting
key: [source_id, capability]
---*/
CREATE TABLE cfg_capability (
    source_id VARCHAR NOT NULL,          -- id
    capability VARCHAR NOT NULL          -- prompt response identity approval masking_counts policy admin_log per_request_time sign_in mfa membership account usage_request usage_user_day directory
);

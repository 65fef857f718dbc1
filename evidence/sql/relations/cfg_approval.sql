/*---
relation: cfg_approval
meaning: >
  Which risk needs which approval.
kind: setting
key: [risk, approver_group]
---*/
CREATE TABLE cfg_approval (
    risk VARCHAR NOT NULL,               -- low, medium or high
    required BOOLEAN NOT NULL,           -- approval needed
    approver_group VARCHAR,              -- gateway group that may approve; NULL: any group of the approval
    max_window_us BIGINT                 -- longest window accepted; NULL: no limit
);

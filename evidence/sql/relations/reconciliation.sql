/*---
relation: reconciliation
meaning: >
  What became of one usage row of the vendor: exactly one verdict each. Rows with native id
  gap:<person>:<day> tell the other direction: use at the gateway of which the vendor says nothing.
kind: result
key: [source_id, native_id, ordinal]
---*/
CREATE TABLE reconciliation (
    source_id VARCHAR NOT NULL,          -- source of the usage row
    native_id VARCHAR NOT NULL,          -- its native id
    ordinal BIGINT NOT NULL,             -- its ordinal
    locator VARCHAR NOT NULL,            -- its record
    event_time TIMESTAMP NOT NULL,       -- UTC; start of the interval
    grain VARCHAR NOT NULL,              -- as in usage
    surface VARCHAR NOT NULL,            -- as in usage
    person_id VARCHAR,                   -- person, where resolved
    user_alias VARCHAR,                  -- alias in the vendor's words
    scope_rule VARCHAR NOT NULL,         -- must_be_gated, native_allowed, excluded, not_observable or undeclared
    verdict VARCHAR NOT NULL,            -- MATCHED_ID MATCHED_CONTENT MATCHED_TIME COVERED_BY_SESSION PRESENT_BOTH UNGATED_REQUEST UNGATED_USER_DAY USAGE_SOURCE_GAP AMBIGUOUS_IDENTITY UNRESOLVED_IDENTITY OUT_OF_SCOPE NOT_OBSERVABLE NOT_ASSESSABLE PENDING
    grade VARCHAR,                       -- A, B, C or D for a finding; only A and B may be called a bypass
    reason VARCHAR NOT NULL,             -- lower_snake code
    quantity_micro BIGINT,               -- as in usage
    gateway_exchanges BIGINT NOT NULL,   -- exchanges of that person in the interval
    matched_interaction VARCHAR          -- chain matched at request grain
);

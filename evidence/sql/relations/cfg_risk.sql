/*---
relation: cfg_risk
meaning: >
  Which exchange has which risk.
kind: setting
key: [rank]
---*/
CREATE TABLE cfg_risk (
    rank BIGINT NOT NULL,                -- order; every rule that fits counts, the highest risk holds
    rule VARCHAR NOT NULL,               -- name printed as the basis
    field VARCHAR NOT NULL,              -- gateway_risk, connection, model, route, person_group or prompt_class
    pattern VARCHAR NOT NULL,            -- LIKE pattern; entity class for prompt_class
    risk VARCHAR NOT NULL                -- low, medium or high
);

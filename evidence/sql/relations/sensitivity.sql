/*---
relation: sensitivity
meaning: >
  How many usage rows would have which verdict if requests were matched with another tolerance of
  time: what a finding owes to the choice of a number. The rows of each tolerance add up to all.
kind: result
key: [tolerance_us, verdict]
---*/
CREATE TABLE sensitivity (
    tolerance_us BIGINT NOT NULL,        -- microseconds that a request, or the edge of a day, may be off: 5, 30, 120 and 600 s
    verdict VARCHAR NOT NULL,            -- as in reconciliation
    rows BIGINT NOT NULL                 -- usage rows with that verdict
);

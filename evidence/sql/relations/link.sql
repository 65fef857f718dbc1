/*---
relation: link
meaning: >
  One step of a chain: what was tied to what, how, how sure, and what else it could have been.
kind: result
key: [interaction_id, link_kind, candidate_rank]
---*/
CREATE TABLE link (
    interaction_id VARCHAR NOT NULL,     -- the chain
    link_kind VARCHAR NOT NULL,          -- identity, sign_in, approval, approver, masking, usage; group_claim, group_directory or group_grant
    candidate_rank BIGINT NOT NULL,      -- 0 for the one chosen, then by order of preference; at most 9 are kept, and all groups
    chosen BOOLEAN NOT NULL,             -- true for rank 0 when the link holds
    method VARCHAR NOT NULL,             -- how it was made; requester or approver for groups
    confidence VARCHAR NOT NULL,         -- certain, very_high, high, medium, low, asserted or none
    source_id VARCHAR,                   -- source of the record linked
    native_id VARCHAR,                   -- its native id; the person for identity and approver links, the gateway's group for groups
    locator VARCHAR,                     -- the record linked
    delta_us BIGINT,                     -- event_time minus the time of the record linked
    candidates BIGINT NOT NULL,          -- how many fitted in all
    reason VARCHAR NOT NULL              -- lower_snake code; the answer for groups
);

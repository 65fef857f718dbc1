/*---
relation: chain
meaning: >
  The unit of evidence: one interaction from the person who asked to what came back, with the
  verdict of each link.
kind: result
key: [interaction_id]
---*/
CREATE TABLE chain (
    interaction_id VARCHAR NOT NULL,     -- 'ix-' and 24 hex of SHA-256(source_id, 0x1f, native_id)
    interaction_kind VARCHAR NOT NULL,   -- exchange, denied, blocked or usage_request
    source_id VARCHAR NOT NULL,          -- source of the exchange or usage row
    native_id VARCHAR NOT NULL,          -- its native id there
    locator VARCHAR NOT NULL,            -- its record
    event_time TIMESTAMP NOT NULL,       -- UTC; when the request passed the gateway
    time_uncertainty_us BIGINT NOT NULL, -- microseconds by which event_time may be wrong
    response_time TIMESTAMP,             -- UTC; when the response was complete
    in_period VARCHAR NOT NULL,          -- inside, or boundary where the uncertainty reaches over the period's edge
    session_id VARCHAR,                  -- gateway session
    connection VARCHAR,                  -- gateway connection
    route VARCHAR,                       -- path of the request
    model VARCHAR,                       -- model asked for
    caller_class VARCHAR NOT NULL,       -- human_token, human_via_agent, service_principal, shared_key, personal_key, unauthenticated or unknown
    subject VARCHAR,                     -- user id that the gateway validated
    subject_email VARCHAR,               -- address that the gateway validated
    gateway_validated BOOLEAN NOT NULL,  -- true: issuer and subject were checked by the gateway
    identity_state VARCHAR NOT NULL,     -- resolved, ambiguous, unresolved or not_a_person
    identity_method VARCHAR,             -- alias type that resolved it
    identity_candidates BIGINT NOT NULL, -- persons the alias could mean then
    person_id VARCHAR,                   -- the person; NULL unless resolved
    account_state VARCHAR NOT NULL,      -- enabled, disabled, deleted or unknown at event_time
    sign_in_tier VARCHAR NOT NULL,       -- T1, T1b, T2, T3, T4, T5, T-A or T0
    sign_in_reason VARCHAR NOT NULL,     -- why this tier and no better, a lower_snake code
    sign_in_source_id VARCHAR,           -- source of the sign-in chosen
    sign_in_native_id VARCHAR,           -- its native id
    sign_in_locator VARCHAR,             -- its record
    sign_in_delta_us BIGINT,             -- event_time minus the sign-in's time, microseconds
    sign_in_candidates BIGINT NOT NULL,  -- sessions that fit the tier
    mfa_state VARCHAR NOT NULL,          -- yes, no or unknown for the chain
    mfa_basis VARCHAR,                   -- event, inherited, claim, requirement or federated_unknown, with the vendor's words
    ca_status VARCHAR,                   -- conditional access result as the vendor says it
    country VARCHAR,                     -- country of the sign-in
    device_managed BOOLEAN,              -- device of the sign-in is managed
    after_revocation BOOLEAN NOT NULL,   -- true: used after sessions were revoked or the account was disabled
    stale_entitlement_us BIGINT,         -- microseconds since the person was removed from a group that the token may still carry
    risk_level VARCHAR NOT NULL,         -- low, medium, high or unknown by policy
    risk_basis VARCHAR NOT NULL,         -- rule of evidence.yaml that set it, or gateway
    gateway_risk VARCHAR,                -- what the gateway said
    approval_required BOOLEAN NOT NULL,  -- by policy
    approval_verdict VARCHAR NOT NULL,   -- rejected missing expired revoked outside_window late self evidence_lost undetermined pending valid not_required
    approval_flags VARCHAR NOT NULL,     -- automated dynamic_group forced inferred_link skip_group standing; sorted, comma between; '' for none
    approval_source_id VARCHAR,          -- source of the approval
    approval_native_id VARCHAR,          -- its native id
    approval_locator VARCHAR,            -- its record
    approval_link_method VARCHAR,        -- credential_session, session, ticket, inferred or external
    approval_candidates BIGINT NOT NULL, -- approvals that could have been meant
    approval_time TIMESTAMP,             -- UTC; instant at which the quorum was complete
    approval_delta_us BIGINT,            -- event_time minus approval_time; positive: approved before
    approval_expires_at TIMESTAMP,       -- UTC; end of the approval
    approver_person_id VARCHAR,          -- person whose decision completed the quorum
    approver_subject VARCHAR,            -- his user id as the source says it
    approver_is_requester BOOLEAN,       -- same person, by person and not by string; NULL: not known
    approver_membership VARCHAR,         -- member not_member boundary member_by_snapshot_only conflict unknown_no_coverage not_applicable
    approver_account_state VARCHAR,      -- enabled, disabled, deleted or unknown when the approval was complete; NULL: no person
    approver_sign_in_tier VARCHAR,       -- T4 signed in himself within a token's life before, T5 longer ago, T0 not; NULL: not known
    approver_group VARCHAR,              -- group for which he decided
    outcome VARCHAR NOT NULL,            -- forwarded, blocked, denied, no_response or unknown
    blocked_by VARCHAR,                  -- rule that blocked it
    pairing VARCHAR NOT NULL,            -- exact, ambiguous, unpaired or unparsed
    truncated BOOLEAN NOT NULL,          -- recording not whole
    status_code BIGINT,                  -- HTTP status
    prompt_sha256 VARCHAR,               -- hash of the exact prompt; stays in the store
    prompt_bytes BIGINT,                 -- its length
    response_sha256 VARCHAR,             -- hash of the exact response; stays in the store
    response_bytes BIGINT,               -- its length
    masking_verdict VARCHAR NOT NULL,    -- worst verdict of the response, as in masking_verdict
    prompt_findings BIGINT NOT NULL,     -- sensitive values found in the prompt, fixtures and allowed ones left out
    response_findings BIGINT NOT NULL,   -- sensitive values found in the response, fixtures and allowed ones left out
    record_refs VARCHAR NOT NULL         -- locators of every record the chain rests on, sorted, blank between
);

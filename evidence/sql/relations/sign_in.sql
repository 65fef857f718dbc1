/*---
relation: sign_in
meaning: >
  One authentication event of an identity provider, interactive or not, successful or not.
kind: append_only
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE sign_in (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; when the sign-in happened, not when it was logged
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    issuer VARCHAR NOT NULL,             -- tenant or issuer
    subject VARCHAR,                     -- immutable id of the account in that issuer (object id)
    subject_name VARCHAR,                -- user name, normalised with norm_id()
    subject_kind VARCHAR NOT NULL,       -- person, service or unknown
    outcome VARCHAR NOT NULL,            -- success, failure, challenge, interrupted or unknown
    interactive BOOLEAN,                 -- false: token issued without the user's doing
    event_kind VARCHAR NOT NULL,         -- authn, token_issue, refresh, session_end or revoke
    client_id VARCHAR,                   -- application signed in to
    resource_id VARCHAR,                 -- resource the token is for
    session_id VARCHAR,                  -- session id of the identity provider (sid)
    token_id VARCHAR,                    -- id of the token issued, decoded where a decoding is known
    token_expires_at TIMESTAMP,          -- UTC; expiry of the token issued, where logged
    ip VARCHAR,                          -- address, without port, v4-in-v6 mapped back
    ip_role VARCHAR,                     -- user, backend or unknown
    mfa_state VARCHAR NOT NULL,          -- yes, no or unknown
    mfa_basis VARCHAR,                   -- event, claim, inherited, requirement or federated_unknown, with the vendor's words
    ca_status VARCHAR,                   -- conditional access result as the vendor says it
    device_id VARCHAR,                   -- device id
    device_managed BOOLEAN,              -- true: managed or compliant
    country VARCHAR,                     -- country code
    correlation_id VARCHAR,              -- vendor's correlation id; a hint only
    CHECK (outcome IN ('success', 'failure', 'challenge', 'interrupted', 'unknown')),
    CHECK (event_kind IN ('authn', 'token_issue', 'refresh', 'session_end', 'revoke')),
    CHECK (subject_kind IN ('person', 'service', 'unknown')),
    CHECK (mfa_state IN ('yes', 'no', 'unknown'))
);

/*---
relation: exchange
meaning: >
  One request and its response as the gateway recorded them: the unit of evidence.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
transient: [prompt, response]
---*/
CREATE TABLE exchange (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; when the request passed the gateway
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    time_uncertainty_us BIGINT,          -- microseconds by which event_time may be wrong because of its base
    response_time TIMESTAMP,             -- UTC; when the response was complete
    session_id VARCHAR,                  -- native id of the session that carried it
    seq BIGINT,                          -- position in that session, from 0
    subject VARCHAR,                     -- user id that the gateway validated
    subject_email VARCHAR,               -- user's address, normalised with norm_id()
    identity_type VARCHAR,               -- user, machine, api_key, personal_key or agent as the gateway says; elsewhere: only the session's record tells
    credential_id VARCHAR,               -- key or token alias used, where the gateway names one (never the secret)
    connection VARCHAR,                  -- name of the gateway's connection
    client_ip VARCHAR,                   -- address of the caller where recorded
    token_id VARCHAR,                    -- id of the token presented (jti, uti) where recorded
    token_issued_at TIMESTAMP,           -- UTC; issue of that token as it claims (iat)
    token_expires_at TIMESTAMP,          -- UTC; expiry of that token as it claims (exp)
    token_auth_time TIMESTAMP,           -- UTC; authentication behind that token as it claims (auth_time)
    idp_session_id VARCHAR,              -- session id at the identity provider (sid) where recorded
    claimed_groups VARCHAR,              -- groups of the caller as the token or the record of the request names them, sorted, comma between; '' for none; NULL: not recorded, or too many to be listed
    method VARCHAR,                      -- HTTP method, or EXEC
    route VARCHAR,                       -- path of the request without its query
    model VARCHAR,                       -- model asked for
    status_code BIGINT,                  -- HTTP status of the response
    streaming BOOLEAN,                   -- true: the response came as a stream
    pairing VARCHAR NOT NULL,            -- exact, ambiguous, unpaired or unparsed
    truncated BOOLEAN,                   -- true: prompt or response is not whole
    outcome VARCHAR NOT NULL,            -- forwarded, blocked, denied, no_response or unknown
    blocked_by VARCHAR,                  -- rule or analyser that blocked it
    risk_level VARCHAR,                  -- low, medium or high as the gateway judged this exchange
    correlation_id VARCHAR,              -- correlation id carried by the request
    provider_request_id VARCHAR,         -- request id that the provider returned
    prompt_sha256 VARCHAR,               -- SHA-256 of the prompt's exact bytes; stays in the store
    prompt_norm_sha256 VARCHAR,          -- SHA-256 of the prompt after NFC, CRLF to LF and trim; for matching
    prompt_bytes BIGINT,                 -- length of the prompt in UTF-8 bytes
    prompt_part VARCHAR,                 -- where in the record the text is: <decoder digest>:<part path>
    response_sha256 VARCHAR,             -- as for the prompt
    response_norm_sha256 VARCHAR,        -- as for the prompt
    response_bytes BIGINT,               -- as for the prompt
    response_part VARCHAR,               -- as for the prompt
    tokens_in BIGINT,                    -- tokens as the response counts them
    tokens_out BIGINT,                   -- tokens as the response counts them
    CHECK (pairing IN ('exact', 'ambiguous', 'unpaired', 'unparsed')),
    CHECK (outcome IN ('forwarded', 'blocked', 'denied', 'no_response', 'unknown'))
);

/*---
relation: session
meaning: >
  A gateway session as the gateway keeps it. A session is not a request: a tunnel carries many
  exchanges, an issuance of credentials carries none.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE session (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; start of the session
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    end_time TIMESTAMP,                  -- UTC; NULL while open or never closed
    session_kind VARCHAR NOT NULL,       -- credential_issuance, proxied_traffic, exec, machine, cli_connect or placeholder
    subject VARCHAR,                     -- user id as the gateway took it from the identity provider's token
    subject_email VARCHAR,               -- user's address, normalised with norm_id()
    subject_name VARCHAR,                -- display name; never used to join
    identity_type VARCHAR,               -- user or machine as the gateway says; not proof of a human
    connection VARCHAR,                  -- name of the gateway's connection (role)
    connection_type VARCHAR,             -- type/subtype of the connection
    status VARCHAR,                      -- open, ready, done
    parent_session VARCHAR,              -- native id of the session that issued the credentials
    correlation_id VARCHAR,              -- correlation id of the request that opened it
    ticket VARCHAR,                      -- ticket or issue named in the metadata
    access_expires_at TIMESTAMP,         -- UTC; end of the issued credentials; NULL with standing = true for never
    access_revoked_at TIMESTAMP,         -- UTC; when the credentials were revoked
    standing BOOLEAN,                    -- true: credentials without an end
    truncated BOOLEAN,                   -- true: the recording stopped at the gateway's size limit
    recording VARCHAR,                   -- recorded, none or lost
    CHECK (session_kind IN ('credential_issuance', 'proxied_traffic', 'exec', 'machine', 'cli_connect', 'placeholder'))
);

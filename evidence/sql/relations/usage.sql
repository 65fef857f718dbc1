/*---
relation: usage
meaning: >
  What the vendor of the assistant says was used, at the finest grain it gives.
kind: snapshot
key: [source_id, native_id, ordinal]
time: event_time
---*/
CREATE TABLE usage (
    source_id       VARCHAR NOT NULL,    -- id of the source in evidence.yaml
    native_id       VARCHAR NOT NULL,    -- the vendor's own id of this object or event; the record hash where it has none
    ordinal         BIGINT  NOT NULL,    -- position among the rows that one record gives to this relation, from 0
    locator         VARCHAR NOT NULL,    -- where the record is: <file sha256>[!<member path>@<member sha256>]#<record number>
    record_hash     VARCHAR NOT NULL,    -- SHA-256 of the record's bytes, lower-case hex
    observed_at     TIMESTAMP,           -- UTC; when the source was asked (pull receipt, file content or evidence.yaml), never mtime
    event_time TIMESTAMP NOT NULL,       -- UTC, microseconds; start of the interval the row is about
    event_time_raw VARCHAR,              -- the same instant as the source wrote it
    end_time TIMESTAMP,                  -- UTC, exclusive; end of that interval
    grain VARCHAR NOT NULL,              -- request, interaction, user_day or user_period
    unit VARCHAR NOT NULL,               -- prompt, request, interaction, credit or active_flag
    quantity_micro BIGINT,               -- quantity in millionths of the unit, so that no float is summed
    active BOOLEAN NOT NULL,             -- true: any sign of use in the interval
    user_alias_type VARCHAR NOT NULL,    -- alias type of user_alias
    user_alias VARCHAR,                  -- normalised; NULL: the vendor did not attribute it
    user_issuer VARCHAR,                 -- issuer of the alias
    actor_kind VARCHAR NOT NULL,         -- human, agent, service, automation or unknown
    surface VARCHAR NOT NULL,            -- product surface, feature, SKU or host app in the vendor's words
    model VARCHAR,                       -- model named
    provider_request_id VARCHAR,         -- request id for exact matching
    prompt_norm_sha256 VARCHAR,          -- hash of the normalised prompt where the source has text
    truncated BOOLEAN,                   -- true: the source cut the text
    final_at TIMESTAMP,                  -- UTC; after this the source no longer changes the row
    CHECK (grain IN ('request', 'interaction', 'user_day', 'user_period')),
    CHECK (unit IN ('prompt', 'request', 'interaction', 'credit', 'active_flag')),
    CHECK (actor_kind IN ('human', 'agent', 'service', 'automation', 'unknown'))
);

-- One row per rule, connection and masked entity. A rule without connections is attached by attribute: one row with
-- connection NULL; the attribute gives a row for each rule and connection that it ties, or for itself where it ties none.
-- Masking rules name connections by id, access rules, attributes and plugins by name. Of event subscriptions, guardrails,
-- rule packs, rules of the analyzer and the server it is shown that they were there and whether they changed.
WITH rule AS (
    SELECT r.record_no, r.s, r.observed_at, r.record_hash, utc(r.s.updated_at) AS changed_at,
           CASE WHEN r.s.tenancy_type IS NOT NULL THEN 'server'
                WHEN r.s.display_name IS NOT NULL AND r.s.is_managed IS NOT NULL THEN 'rulepack'
                WHEN r.s.supported_entity_types IS NOT NULL OR r.s.custom_entity_types IS NOT NULL THEN 'masking_rule'
                WHEN r.s.event_types IS NOT NULL THEN 'event_subscription' WHEN r.s.connections IS NOT NULL THEN 'plugin'
                WHEN r.s.reviewers_groups IS NOT NULL OR r.s.access_type IS NOT NULL THEN 'access_rule'
                WHEN COALESCE(r.s.datamasking_rule_names, r.s.guardrail_rule_names, r.s.access_request_rule_names) IS NOT NULL
                THEN 'attribute' ELSE 'guardrail' END AS kind,
           CASE WHEN r.s.tenancy_type IS NOT NULL THEN concat_ws(', ', nz(r.s.version), 'masking provider ' || COALESCE(nz(r.s.redact_provider), 'not named'),
                         CASE r.s.has_redact_credentials WHEN 'true' THEN 'credentials set' WHEN 'false' THEN 'no credentials' END)
                ELSE COALESCE(nz(r.s.name), nz(r.s.display_name)) END AS name,
           COALESCE(NULLIF(COALESCE(list_transform(r.s.connections, lambda c: COALESCE(nz(c.name), c.id)),
                                    r.s.connection_ids, r.s.connection_names), []), [NULL]) AS connections,
           list_sort(list_concat(
               flatten(list_transform(COALESCE(r.s.supported_entity_types, []), lambda e: COALESCE(e.entity_types, []))),
               list_transform(COALESCE(r.s.custom_entity_types, []), lambda e: e.name))) AS entities
    FROM record AS r
), tied AS (
    SELECT u.*, UNNEST(COALESCE(NULLIF(list_concat(
               list_transform(u.s.datamasking_rule_names, lambda n: {kind: 'masking_rule', name: n}),
               list_transform(u.s.guardrail_rule_names, lambda n: {kind: 'guardrail', name: n}),
               list_transform(u.s.access_request_rule_names, lambda n: {kind: 'access_rule', name: n})), []),
               [{kind: u.kind, name: u.name}])) AS tie
    FROM rule AS u
), placed AS (
    SELECT t.*, UNNEST(t.connections) AS connection FROM tied AS t
), masked AS (
    SELECT p.*, UNNEST(CASE WHEN len(p.entities) > 0 THEN list_distinct(p.entities) ELSE [NULL] END) AS entity
    FROM placed AS p
)
SELECT m.record_no,
       CASE m.kind WHEN 'server' THEN 'server' ELSE m.s.id END AS native_id,
       row_number() OVER (PARTITION BY m.record_no ORDER BY m.tie.kind, m.tie.name, m.connection, m.entity) - 1 AS ordinal,
       COALESCE(m.observed_at, m.changed_at) AS event_time,
       CASE WHEN m.observed_at IS NULL THEN m.s.updated_at END AS event_time_raw,
       m.tie.kind AS object_type,
       m.tie.name AS object_name,
       nz(m.connection) AS connection,
       upper(nz(m.entity)) AS entity_type,
       nz(array_to_string(list_sort(m.s.reviewers_groups), ',')) AS groups_required,
       nz(array_to_string(list_sort(m.s.skip_review_groups), ',')) AS groups_skip,
       CASE WHEN m.s.all_groups_must_approve = 'true' THEN NULL
            ELSE NULLIF(TRY_CAST(m.s.min_approvals AS BIGINT), 0) END AS quorum,
       m.changed_at,
       m.record_hash AS config_sha256
FROM masked AS m

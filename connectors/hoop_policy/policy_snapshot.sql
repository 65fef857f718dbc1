-- One row per rule, connection and masked entity. A rule without connections is attached by attribute: one row with
-- connection NULL. Masking rules name connections by id, access rules and plugins by name. Of event
-- subscriptions, guardrails and rules of the analyzer it is shown that they were there and whether they changed.
WITH rule AS (
    SELECT r.record_no, r.s, r.observed_at, r.record_hash, utc(r.s.updated_at) AS changed_at,
           CASE WHEN r.s.supported_entity_types IS NOT NULL OR r.s.custom_entity_types IS NOT NULL THEN 'masking_rule'
                WHEN r.s.event_types IS NOT NULL THEN 'event_subscription' WHEN r.s.connections IS NOT NULL THEN 'plugin'
                WHEN r.s.reviewers_groups IS NOT NULL OR r.s.access_type IS NOT NULL THEN 'access_rule'
                ELSE 'guardrail' END AS object_type,
           COALESCE(NULLIF(COALESCE(list_transform(r.s.connections, lambda c: COALESCE(nz(c.name), c.id)),
                                    r.s.connection_ids, r.s.connection_names), []), [NULL]) AS connections,
           list_sort(list_concat(
               flatten(list_transform(COALESCE(r.s.supported_entity_types, []), lambda e: COALESCE(e.entity_types, []))),
               list_transform(COALESCE(r.s.custom_entity_types, []), lambda e: e.name))) AS entities
    FROM record AS r
), placed AS (
    SELECT u.*, UNNEST(u.connections) AS connection FROM rule AS u
), masked AS (
    SELECT p.*, UNNEST(CASE WHEN len(p.entities) > 0 THEN list_distinct(p.entities) ELSE [NULL] END) AS entity
    FROM placed AS p
)
SELECT m.record_no,
       m.s.id AS native_id,
       row_number() OVER (PARTITION BY m.record_no ORDER BY m.connection, m.entity) - 1 AS ordinal,
       COALESCE(m.observed_at, m.changed_at) AS event_time,
       CASE WHEN m.observed_at IS NULL THEN m.s.updated_at END AS event_time_raw,
       m.object_type,
       m.s.name AS object_name,
       nz(m.connection) AS connection,
       upper(nz(m.entity)) AS entity_type,
       nz(array_to_string(list_sort(m.s.reviewers_groups), ',')) AS groups_required,
       nz(array_to_string(list_sort(m.s.skip_review_groups), ',')) AS groups_skip,
       CASE WHEN m.s.all_groups_must_approve = 'true' THEN NULL
            ELSE NULLIF(TRY_CAST(m.s.min_approvals AS BIGINT), 0) END AS quorum,
       m.changed_at,
       m.record_hash AS config_sha256
FROM masked AS m

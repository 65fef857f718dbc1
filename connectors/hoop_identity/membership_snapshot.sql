-- One row per account and group, by the name of the group: the gateway has no other id of it.
WITH member AS (
    SELECT r.record_no, r.observed_at, COALESCE(r.issuer, nz(r.s.org_id), 'hoop') AS issuer, norm_id(r.s.id) AS id,
           CASE WHEN nz(r.s.email) IS NOT NULL THEN 'person' ELSE 'service' END AS kind,
           UNNEST(list_sort(list_distinct(list_filter(r.s.groups, lambda g: nz(g) IS NOT NULL)))) AS group_name
    FROM record AS r
)
SELECT m.record_no,
       m.id AS native_id,
       row_number() OVER (PARTITION BY m.record_no ORDER BY m.group_name) - 1 AS ordinal,
       m.observed_at AS event_time,
       m.issuer,
       m.group_name AS group_id,
       m.group_name,
       m.kind AS member_kind,
       m.id AS member_id,
       false AS complete
FROM member AS m

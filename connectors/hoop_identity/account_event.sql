-- How each account was seen, where the list was dated, and when keys were made and ended. The user's name is left out
-- on purpose: it belongs to the account of the directory too, and two accounts of one name would make nobody certain.
WITH account AS (
    SELECT r.record_no, r.observed_at, COALESCE(r.issuer, nz(r.s.org_id), 'hoop') AS issuer, norm_id(r.s.id) AS id,
           lower(r.s.status) AS status, r.s.created_at AS created_raw, r.s.deactivated_at AS ended_raw,
           nz(r.s.created_by) AS created_by, nz(r.s.deactivated_by) AS ended_by
    FROM record AS r
), event AS (
    SELECT a.record_no, a.issuer, a.id, 0 AS ordinal, a.observed_at AS event_time, NULL AS raw,
           CASE WHEN a.status = 'active' THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation, NULL AS actor
    FROM account AS a WHERE a.observed_at IS NOT NULL AND a.status IN ('active', 'inactive', 'revoked')
    UNION ALL
    SELECT a.record_no, a.issuer, a.id, 1, utc(a.created_raw), a.created_raw, 'created', a.created_by
    FROM account AS a WHERE nz(a.created_raw) IS NOT NULL
    UNION ALL
    SELECT a.record_no, a.issuer, a.id, 2, utc(a.ended_raw), a.ended_raw, 'disabled', a.ended_by
    FROM account AS a WHERE nz(a.ended_raw) IS NOT NULL
)
SELECT e.record_no,
       e.id || CASE e.ordinal WHEN 0 THEN '@' || spelt(e.event_time)
                               ELSE '/' || e.operation END AS native_id,
       e.ordinal,
       e.event_time,
       e.raw AS event_time_raw,
       e.issuer,
       e.id AS account_id,
       e.operation,
       e.actor AS actor_id
FROM event AS e

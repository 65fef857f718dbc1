-- Decisions over all snapshots: the newest state of a group says how it stands, but an approval that an earlier
-- snapshot shows stays evidence although a revocation has overwritten it since. Per group the first approval counts.
CREATE OR REPLACE TABLE w_decision AS
WITH seen AS (
    SELECT d.*, coalesce(d.group_name, 'record:' || d.native_id) AS group_key,
           max(CASE WHEN d.forced THEN 1 ELSE 0 END) OVER (
               PARTITION BY d.source_id, d.approval_id, coalesce(d.group_name, 'record:' || d.native_id)) AS ever_forced
    FROM w_decision_seen AS d
), ranked AS (
    SELECT s.*,
           row_number() OVER (
               PARTITION BY s.source_id, s.approval_id, s.group_key
               ORDER BY s.observed_at DESC NULLS LAST,
                        CASE s.status WHEN 'revoked' THEN 1 WHEN 'rejected' THEN 2 WHEN 'approved' THEN 3 ELSE 4 END,
                        s.event_time IS NULL, s.record_hash, s.locator, s.ordinal) AS newest,
           row_number() OVER (
               PARTITION BY s.source_id, s.approval_id, s.group_key, s.status
               ORDER BY s.event_time NULLS LAST, s.actor IS NULL AND s.actor_email IS NULL, s.observed_at NULLS LAST,
                        s.record_hash, s.locator, s.ordinal) AS earliest
    FROM seen AS s
)
SELECT n.source_id, n.approval_id, n.group_key, n.group_name, n.status, n.event_time AS status_time,
       a.event_time AS approved_at, a.native_id IS NOT NULL AS approved, lower(a.actor) AS actor, a.actor_email,
       a.actor_kind, a.native_id AS decision_id, a.locator AS decision_locator, n.ever_forced = 1 AS forced
FROM ranked AS n
LEFT JOIN ranked AS a
    ON a.source_id = n.source_id AND a.approval_id = n.approval_id AND a.group_key = n.group_key
    AND a.status = 'approved' AND a.earliest = 1
WHERE n.newest = 1;

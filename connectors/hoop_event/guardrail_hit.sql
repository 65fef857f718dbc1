-- A rule that stopped a session, an anomaly that the gateway saw in one, or that one came under the rules for payment data.
-- What it found is not taken over.
WITH event AS (
    SELECT r.record_no,
           COALESCE(r.s.session_id, r.s.payload.session_id, r.s.event_payload.session_id) AS session_id,
           COALESCE(r.s.rule, r.s.payload.rule, r.s.event_payload.rule) AS rule_name,
           nz(COALESCE(r.s.risk_level, r.s.payload.risk_level, r.s.event_payload.risk_level)) AS risk,
           COALESCE(r.s.tags, r.s.payload.tags, r.s.event_payload.tags) AS tags,
           COALESCE(r.s.payload.occurred_at, r.s.event_payload.occurred_at, r.s.occurred_at) AS occurred_at
    FROM record AS r
), named AS (
    SELECT e.*, COALESCE(nz(e.rule_name), 'session.anomaly_detected:' || e.risk,
               CASE WHEN len(e.tags) > 0 THEN 'session.pci_scope_entered' END) AS name
    FROM event AS e
)
SELECT n.record_no,
       n.session_id || '@' || spelt(utc(n.occurred_at)) || '/' || n.name AS native_id,
       utc(n.occurred_at) AS event_time,
       n.occurred_at AS event_time_raw,
       n.session_id,
       n.name AS rule_name,
       CASE WHEN nz(n.rule_name) IS NOT NULL THEN 'blocked' WHEN n.risk IS NOT NULL THEN 'warned' ELSE 'logged' END AS action
FROM named AS n
WHERE n.name IS NOT NULL

-- Account states in order of time. Before the first change an account was what the change ended; before the first
-- snapshot it was what the snapshot shows, basis snapshot_only. A change and a snapshot that agree are one interval.
INSERT INTO account_interval
WITH seen AS (
    SELECT DISTINCT e.issuer, lower(e.account_id) AS account_id, e.event_time AS seen, e.operation,
           CASE WHEN e.operation IN ('created', 'enabled', 'seen_enabled') THEN 'enabled'
                WHEN e.operation = 'deleted' THEN 'deleted' ELSE 'disabled' END AS state,
           CASE WHEN e.operation LIKE 'seen%' THEN 'snapshot_only' ELSE 'event' END AS basis
    FROM account_event AS e
    WHERE e.operation NOT IN ('renamed', 'sessions_revoked')
), ordered AS (
    SELECT s.*, row_number() OVER w AS nth, lead(s.seen) OVER w AS next_seen
    FROM seen AS s
    WINDOW w AS (PARTITION BY s.issuer, s.account_id ORDER BY s.seen, s.basis, s.operation)
), segment AS (
    SELECT o.issuer, o.account_id, o.state, o.basis, o.seen AS valid_from, coalesce(o.next_seen, open_to()) AS valid_to
    FROM ordered AS o
    UNION ALL
    SELECT o.issuer, o.account_id, CASE o.operation WHEN 'enabled' THEN 'disabled' WHEN 'seen_disabled' THEN 'disabled'
                                        ELSE 'enabled' END, o.basis, open_from(), o.seen
    FROM ordered AS o
    WHERE o.nth = 1 AND o.operation <> 'created'
), marked AS (
    SELECT s.*, CASE WHEN lag(s.state) OVER w = s.state THEN 0 ELSE 1 END AS starts
    FROM segment AS s WHERE s.valid_from < s.valid_to
    WINDOW w AS (PARTITION BY s.issuer, s.account_id ORDER BY s.valid_from)
), numbered AS (
    SELECT m.*, sum(m.starts) OVER (PARTITION BY m.issuer, m.account_id ORDER BY m.valid_from
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM marked AS m
)
SELECT n.issuer, n.account_id, coalesce(max(w.person_id), 'p:' || n.issuer || '/' || n.account_id) AS person_id,
       n.state,
       min(n.valid_from) AS valid_from, max(n.valid_to) AS valid_to, min(n.basis) AS basis
FROM numbered AS n
LEFT JOIN w_node AS w ON w.node = 'oid:' || n.account_id
GROUP BY n.issuer, n.account_id, n.island, n.state;

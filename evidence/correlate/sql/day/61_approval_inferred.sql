-- (4) Nothing ties the request to an approval: the approvals of the same person for the same connection whose time,
-- from the asking to the end, holds the request. A guess, and flagged so. One-time approvals belong to their own
-- session only; one that nobody has completed yet let nothing through and is not guessed at.
CREATE OR REPLACE TABLE w_approval_inferred AS
WITH window_of AS (
    SELECT a.approval_no, a.requester_no, a.connection, a.asked_at,
           coalesce(a.ends_at, CASE WHEN a.state IN ('rejected', 'expired', 'undetermined')
                                    THEN plus_us(a.asked_at, greatest(a.duration_us, 86400000000)) END,
                    open_to()) AS until
    FROM w_approval AS a CROSS JOIN param AS p
    WHERE a.approval_kind <> 'onetime' AND a.state <> 'pending' AND a.connection IS NOT NULL
        AND a.asked_at < plus_us(p.day_to, p.skew_us)
), near AS (
    SELECT w.* FROM window_of AS w CROSS JOIN param AS p WHERE w.until > plus_us(p.day_from, -p.skew_us)
), alone AS (
    SELECT x.x_no, x.event_time, x.connection, x.unsure_us, i.person_no
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.x_no = x.x_no
    ANTI JOIN w_approval_explicit AS e ON e.x_no = x.x_no
    WHERE i.person_no IS NOT NULL AND x.connection IS NOT NULL
)
SELECT q.x_no, n.approval_no, 4 AS place, 'inferred' AS method
FROM alone AS q
INNER JOIN near AS n
    ON n.requester_no = q.person_no AND n.connection = q.connection
    AND n.asked_at <= plus_us(q.event_time, q.unsure_us) AND n.until > plus_us(q.event_time, -q.unsure_us);

-- (4) Nothing ties the request to an approval: the approvals of the same person for the same connection whose time,
-- from the asking to the end, holds the request. A guess, and flagged so. One-time approvals belong to their own
-- session only; one that nobody has completed yet let nothing through and is not guessed at.
CREATE OR REPLACE TABLE w_approval_inferred AS
WITH window_of AS (
    SELECT a.source_id, a.native_id, a.variant, a.requester_person_id, a.requester_email, a.connection, a.asked_at,
           coalesce(a.ends_at, CASE WHEN a.state IN ('rejected', 'expired', 'undetermined')
                                    THEN plus_us(a.asked_at, greatest(a.duration_us, 86400000000)) END,
                    open_to()) AS until
    FROM w_approval AS a CROSS JOIN param AS p
    WHERE a.approval_kind <> 'onetime' AND a.state <> 'pending' AND a.connection IS NOT NULL
        AND a.asked_at < plus_us(p.day_to, p.skew_us)
), near AS (
    SELECT w.* FROM window_of AS w CROSS JOIN param AS p WHERE w.until > plus_us(p.day_from, -p.skew_us)
), alone AS (
    SELECT x.interaction_id, x.event_time, x.connection, x.unsure_us, i.person_id
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
    ANTI JOIN w_approval_explicit AS e ON e.interaction_id = x.interaction_id
    WHERE i.person_id IS NOT NULL AND x.connection IS NOT NULL
)
SELECT q.interaction_id, n.source_id, n.native_id, n.variant, 4 AS place, 'inferred' AS method
FROM alone AS q
INNER JOIN near AS n
    ON n.requester_person_id = q.person_id AND n.connection = q.connection
    AND n.asked_at <= plus_us(q.event_time, q.unsure_us) AND n.until > plus_us(q.event_time, -q.unsure_us);

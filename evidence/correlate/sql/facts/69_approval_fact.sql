-- One row per approval and variant: its state as the evidence carries it, when it began and when it ended. An
-- approval whose approving decision was overwritten by a revocation, with no earlier snapshot, has lost its evidence.
-- The end is the earliest of what the source says and of approval plus granted duration; a later rejection ends it
-- like a revocation, unless the source itself says that it stands all the same.
CREATE OR REPLACE TABLE w_approval AS
WITH undone AS (
    SELECT d.source_id, d.approval_id, count(*) AS decisions,
           min(d.status_time) FILTER (WHERE d.status = 'revoked') AS revoked_at,
           min(d.status_time) FILTER (WHERE d.status = 'rejected') AS rejected_at,
           max(d.status_time) FILTER (WHERE d.status = 'rejected') AS last_rejected_at,
           max(CASE WHEN d.status = 'revoked' AND NOT d.approved THEN 1 ELSE 0 END) = 1 AS overwritten
    FROM w_decision AS d GROUP BY d.source_id, d.approval_id
), joined AS (
    SELECT a.*, v.variant, q.complete_at, q.forced, q.automated, q.is_self, q.person_id AS approver_person_id,
           coalesce(q.actor, q.actor_email) AS approver_subject, q.group_name AS approver_group, q.decision_locator,
           q.approval_id IS NOT NULL AS complete, u.rejected_at, u.last_rejected_at,
           u.overwritten, u.decisions,
           coalesce(u.revoked_at, a.revoked_at) AS undone_at, p.person_id AS requester_person_id
    FROM w_approval_now AS a
    CROSS JOIN (VALUES ('any'), ('clean')) AS v (variant)
    LEFT JOIN w_quorum AS q ON q.variant = v.variant AND q.source_id = a.source_id AND q.approval_id = a.native_id
    LEFT JOIN undone AS u ON u.source_id = a.source_id AND u.approval_id = a.native_id
    LEFT JOIN w_approval_person AS p
        ON p.part = 'requester' AND p.source_id = a.source_id AND p.approval_id = a.native_id
)
SELECT j.* EXCLUDE (revoked_at, expires_at, duration_us, last_rejected_at),
       row_number() OVER (ORDER BY j.source_id, j.native_id, j.variant) AS approval_no,
       dense_rank() OVER (ORDER BY j.source_id, j.native_id) AS of_approval, r.person_no AS requester_no,
       CASE WHEN j.complete THEN 'complete' WHEN j.status = 'rejected' THEN 'rejected'
            WHEN j.overwritten OR j.status = 'revoked' THEN 'evidence_lost' WHEN j.status = 'expired' THEN 'expired'
            WHEN j.status = 'pending' THEN 'pending' ELSE 'undetermined' END AS state,
       CASE WHEN j.status = 'rejected'
           THEN least(coalesce(j.rejected_at, j.undone_at), coalesce(j.undone_at, j.rejected_at))
            WHEN j.status NOT IN ('approved', 'executed') AND j.last_rejected_at > j.complete_at
            THEN least(CASE WHEN j.rejected_at > j.complete_at THEN j.rejected_at ELSE j.last_rejected_at END,
                       coalesce(j.undone_at, open_to()))
            WHEN j.status = 'revoked' OR j.undone_at IS NOT NULL THEN j.undone_at END AS revoked_at,
       CASE WHEN j.approval_kind = 'onetime' AND j.expires_at <= j.complete_at THEN NULL
            WHEN j.duration_us > 0 AND j.complete_at IS NOT NULL
            THEN least(plus_us(j.complete_at, j.duration_us), coalesce(j.expires_at, open_to()))
            ELSE j.expires_at END AS ends_at,
       coalesce(j.duration_us, 0) AS duration_us
FROM joined AS j
LEFT JOIN w_person AS r ON r.person_id = j.requester_person_id
WHERE j.variant = 'any' OR j.complete;

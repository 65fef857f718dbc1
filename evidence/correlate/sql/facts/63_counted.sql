-- Approvals that count, with the person, and whether he approved his own request: by person, so that a second account
-- is seen through; equal user ids or addresses prove it where persons are not known; NULL where nothing decides it.
CREATE OR REPLACE TABLE w_counted AS
SELECT d.source_id, d.approval_id, d.group_key, d.group_name, d.approved_at, d.forced, d.actor, d.actor_email,
       coalesce(d.actor_kind, 'person') AS actor_kind, d.decision_id, d.decision_locator, p.person_id,
       CASE WHEN coalesce(d.actor_kind, 'person') <> 'person' THEN FALSE
            WHEN p.person_id IS NOT NULL AND r.person_id IS NOT NULL THEN p.person_id = r.person_id
            WHEN d.actor = a.requester OR d.actor_email = a.requester_email THEN TRUE END AS is_self
FROM w_decision AS d
INNER JOIN w_approval_now AS a ON a.source_id = d.source_id AND a.native_id = d.approval_id
LEFT JOIN w_approval_person AS p
    ON p.part = 'approver' AND p.source_id = d.source_id AND p.approval_id = d.approval_id AND p.group_key = d.group_key
LEFT JOIN w_approval_person AS r
    ON r.part = 'requester' AND r.source_id = d.source_id AND r.approval_id = d.approval_id
WHERE d.approved;

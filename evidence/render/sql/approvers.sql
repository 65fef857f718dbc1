-- How strong the approvals are that a request rests on: the approver's group then, his account then, his own sign-in.
SELECT
    coalesce(approver_membership, 'not_applicable')
        || CASE WHEN contains(approval_flags, 'dynamic_group') THEN ', a rule fills the group' ELSE '' END AS membership,
    coalesce(approver_account_state, 'unknown') AS account_state, coalesce(approver_sign_in_tier, '-') AS tier,
    count(*) AS interactions, count(DISTINCT coalesce(approver_person_id, approver_subject)) AS approvers
FROM chain
WHERE approval_required AND approval_time IS NOT NULL
GROUP BY ALL
ORDER BY interactions DESC, membership, account_state, tier

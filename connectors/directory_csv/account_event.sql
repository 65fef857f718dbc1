-- Whether an account was enabled at the instant of the snapshot. Without an instant nothing is said.
WITH line AS (
    SELECT r.record_no, r.account AS id, r.user_name, r.directory AS issuer, r.seen_at,
           yes_or_no(either(r.s.enabled, r.mapped['enabled']), r.options['words_yes'], r.options['words_no']) AS enabled
    FROM record AS r WHERE r.account IS NOT NULL AND r.seen_at IS NOT NULL
)
SELECT n.record_no,
       n.id || '@' || spelt(n.seen_at) AS native_id,
       n.seen_at AS event_time,
       n.seen_at AS observed_at,
       n.issuer,
       n.id AS account_id,
       n.user_name AS account_name,
       CASE WHEN n.enabled THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation
FROM line AS n
WHERE n.enabled IS NOT NULL

-- Whether an account was enabled at the instant of the snapshot. Without an instant nothing is said.
WITH line AS (
    SELECT r.record_no, norm_id(either(r.s.user_id, r.mapped['user_id'])) AS id,
           norm_id(either(r.s.user_name, r.mapped['user_name'])) AS user_name,
           yes_or_no(either(r.s.enabled, r.mapped['enabled']), r.options['words_yes'], r.options['words_no']) AS enabled,
           COALESCE(either(r.s.issuer, r.mapped['issuer']), r.issuer) AS issuer,
           COALESCE(instant(either(r.s.observed_at, r.mapped['observed_at']), r.options['times'], r.options['zone']),
                    r.observed_at) AS seen_at
    FROM record AS r
)
SELECT n.record_no,
       n.id || '@' || strftime(n.seen_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS native_id,
       n.seen_at AS event_time,
       n.seen_at AS observed_at,
       n.issuer,
       n.id AS account_id,
       n.user_name AS account_name,
       CASE WHEN n.enabled THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation
FROM line AS n
WHERE n.enabled IS NOT NULL AND n.seen_at IS NOT NULL AND n.id IS NOT NULL

-- Whether an account was enabled at the instant of the snapshot. Without an instant nothing is said.
SELECT r.record_no,
       r.account || '@' || strftime(r.observed_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS native_id,
       r.observed_at AS event_time,
       r.observed_at,
       r.issuer,
       r.account AS account_id,
       norm_id(r.s.userPrincipalName) AS account_name,
       CASE truth(r.s.accountEnabled) WHEN 'true' THEN 'seen_enabled' ELSE 'seen_disabled' END AS operation
FROM record AS r
WHERE NOT r.member AND NOT r.is_group AND r.observed_at IS NOT NULL AND truth(r.s.accountEnabled) IN ('true', 'false')

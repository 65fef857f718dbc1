-- When a person's sessions were revoked or the account was closed: what was issued before must not work after.
CREATE OR REPLACE TABLE w_revocation AS
SELECT DISTINCT a.person_no, s.event_time AS revoked_at
FROM sign_in AS s
INNER JOIN w_account_person AS a ON a.account_id = lower(s.subject)
WHERE s.event_kind = 'revoke' AND s.outcome = 'success'
UNION
SELECT a.person_no, e.event_time
FROM account_event AS e
INNER JOIN w_account_person AS a ON a.account_id = lower(e.account_id)
WHERE e.operation IN ('sessions_revoked', 'disabled', 'deleted');

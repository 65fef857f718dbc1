-- Successful authentications with the person behind them: by the immutable id of the account, and only where the record
-- has none, by the name as it held then. A view: the daily models read the hours they need.
CREATE OR REPLACE TABLE w_account_person AS
SELECT a.account_id, n.person_id FROM w_account AS a INNER JOIN w_node AS n ON n.node = a.node;
CREATE OR REPLACE VIEW w_auth AS
SELECT s.source_id, s.native_id, s.ordinal, s.locator, s.event_time, s.issuer, s.session_id, s.token_id, s.ip,
       s.interactive, s.mfa_state, s.mfa_basis, s.ca_status, s.country, s.device_managed, a.person_id
FROM sign_in AS s
INNER JOIN w_account_person AS a ON a.account_id = lower(s.subject)
WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
UNION ALL
SELECT s.source_id, s.native_id, s.ordinal, s.locator, s.event_time, s.issuer, s.session_id, s.token_id, s.ip,
       s.interactive, s.mfa_state, s.mfa_basis, s.ca_status, s.country, s.device_managed, a.person_id
FROM sign_in AS s
INNER JOIN (
    SELECT DISTINCT x.alias, x.person_id, x.valid_from, x.valid_to FROM person_alias AS x
    WHERE x.alias_type = 'upn' AND NOT x.ambiguous
) AS a ON a.alias = s.subject_name AND a.valid_from <= s.event_time AND a.valid_to > s.event_time
WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
  AND s.subject IS NULL;

-- Successful authentications of people whom the gateway names: by the immutable id of the account, and only where the
-- record has none, by the name as it held then. A view: the daily models read the hours they need.
CREATE OR REPLACE TABLE w_account_person AS
SELECT a.account_id, n.person_id, p.person_no
FROM w_account AS a
INNER JOIN w_node AS n ON n.node = a.node
INNER JOIN w_person AS p ON p.person_id = n.person_id;
CREATE OR REPLACE TABLE w_caller_person AS
WITH name AS (
    SELECT lower(x.subject) AS alias FROM exchange AS x UNION SELECT x.subject_email FROM exchange AS x
    UNION SELECT lower(s.subject) FROM session AS s UNION SELECT s.subject_email FROM session AS s
    UNION SELECT c.owner_alias FROM cfg_caller AS c
)
SELECT DISTINCT a.person_id, a.person_no FROM w_alias AS a INNER JOIN name AS n ON n.alias = a.alias;
CREATE OR REPLACE TABLE w_caller_account AS
SELECT a.account_id, a.person_no FROM w_account_person AS a
INNER JOIN w_caller_person AS c ON c.person_no = a.person_no;
CREATE OR REPLACE TABLE w_caller_name AS
SELECT DISTINCT x.alias, c.person_no, x.valid_from, x.valid_to
FROM person_alias AS x
INNER JOIN w_caller_person AS c ON c.person_id = x.person_id
WHERE x.alias_type = 'upn' AND NOT x.ambiguous;
CREATE OR REPLACE VIEW w_auth AS
SELECT s.source_id, s.native_id, s.ordinal, s.locator, s.event_time, s.issuer, s.session_id, s.ip, s.interactive,
       s.mfa_state, s.mfa_basis, s.ca_status, s.country, s.device_managed, s.device_id,
       a.person_no
FROM w_stepped AS s
INNER JOIN w_caller_account AS a ON a.account_id = lower(s.subject)
WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
UNION ALL
SELECT s.source_id, s.native_id, s.ordinal, s.locator, s.event_time, s.issuer, s.session_id, s.ip, s.interactive,
       s.mfa_state, s.mfa_basis, s.ca_status, s.country, s.device_managed, s.device_id,
       a.person_no
FROM w_stepped AS s
INNER JOIN w_caller_name AS a
    ON a.alias = s.subject_name AND a.valid_from <= s.event_time AND a.valid_to > s.event_time
WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
  AND s.subject IS NULL;

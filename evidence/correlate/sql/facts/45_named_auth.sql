-- Authentications that a request names: the token whose id it presents, the first event of the session it names, and
-- issues whose expiry is logged; nothing where requests name none. Folded once, so that a 90-day session costs no more
-- than a fresh one.
CREATE OR REPLACE TABLE w_named_auth AS
WITH issued AS (
    SELECT s.*, a.person_id, a.person_no, row_number() OVER (
        PARTITION BY s.session_id, a.person_id ORDER BY s.event_time, s.source_id, s.native_id, s.ordinal) AS nth
    FROM w_stepped AS s
    LEFT JOIN w_account_person AS a ON a.account_id = lower(s.subject)
    INNER JOIN (
        SELECT DISTINCT 1 AS one FROM exchange AS x
        WHERE x.token_id IS NOT NULL OR x.idp_session_id IS NOT NULL OR x.token_issued_at IS NOT NULL
    ) AS q ON q.one = 1
    WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh')
      AND (s.token_id IN (SELECT x.token_id FROM exchange AS x WHERE x.token_id IS NOT NULL
                          UNION ALL SELECT token_guid(x.token_id) FROM exchange AS x WHERE x.token_id IS NOT NULL)
           OR s.session_id IN (SELECT x.idp_session_id FROM exchange AS x WHERE x.idp_session_id IS NOT NULL)
           OR s.token_expires_at IS NOT NULL)
)
SELECT i.source_id, i.native_id, i.ordinal, i.locator, i.event_time, i.issuer, i.session_id, i.token_id,
       i.token_expires_at, i.ip, i.interactive, i.mfa_state, i.mfa_basis, i.ca_status, i.country, i.device_managed,
       i.device_id,
       i.person_no, i.nth = 1 AND i.session_id IS NOT NULL AS begins_session,
       row_number() OVER (ORDER BY i.source_id, i.native_id, i.ordinal) AS named_no
FROM issued AS i;

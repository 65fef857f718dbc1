-- The last authentication of each account (or bare name) and UTC day, which is all that a request needs of the days
-- before its own token life. Found by plain maximum first, so that the wide rows of the other events are never sorted.
CREATE OR REPLACE TABLE w_auth_last AS
WITH last_time AS (
    SELECT s.subject, CASE WHEN s.subject IS NULL THEN s.subject_name END AS bare_name,
           date_trunc('day', s.event_time) AS day, max(s.event_time) AS event_time
    FROM sign_in AS s
    WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
    GROUP BY s.subject, CASE WHEN s.subject IS NULL THEN s.subject_name END, date_trunc('day', s.event_time)
), known AS (
    SELECT l.subject AS name, 0 AS bare, l.day, l.event_time, a.person_id
    FROM last_time AS l INNER JOIN w_caller_account AS a ON a.account_id = lower(l.subject)
    UNION ALL
    SELECT l.bare_name, 1, l.day, l.event_time, a.person_id
    FROM last_time AS l
    INNER JOIN w_caller_name AS a
        ON a.alias = l.bare_name AND a.valid_from <= l.event_time AND a.valid_to > l.event_time
), event AS (
    SELECT s.source_id, s.native_id, s.ordinal, s.locator, s.event_time, s.issuer, s.session_id, s.token_id, s.ip,
           s.interactive, s.mfa_state, s.mfa_basis, s.ca_status, s.country, s.device_managed, k.person_id, k.day
    FROM sign_in AS s
    INNER JOIN known AS k
        ON k.event_time = s.event_time AND k.name = coalesce(s.subject, s.subject_name)
        AND k.bare = CASE WHEN s.subject IS NULL THEN 1 ELSE 0 END
    WHERE s.outcome = 'success' AND s.event_kind IN ('authn', 'token_issue', 'refresh') AND s.subject_kind <> 'service'
), ranked AS (
    SELECT e.*, row_number() OVER (PARTITION BY e.person_id, e.day
                                   ORDER BY e.event_time DESC, e.source_id, e.native_id, e.ordinal) AS nth
    FROM event AS e
)
SELECT r.* EXCLUDE (nth) FROM ranked AS r WHERE r.nth = 1 ORDER BY r.day, r.person_id;
CREATE OR REPLACE TABLE w_auth_before AS SELECT l.* EXCLUDE (day) FROM w_auth_last AS l WHERE FALSE;

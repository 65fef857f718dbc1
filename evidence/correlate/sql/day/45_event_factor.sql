-- The same events by number, in the order in which ties are broken. The second factor of each is its own, or inherited
-- from earlier in its session where the token was issued silently. An event without a session counts as one of its own.
CREATE OR REPLACE TABLE w_event AS
WITH numbered AS (
    SELECT e.seen_no,
           row_number() OVER (ORDER BY e.source_id, e.native_id, e.ordinal, e.named_no NULLS FIRST) AS auth_no
    FROM w_event_seen AS e
), session_of AS (
    SELECT e.seen_no, dense_rank() OVER (ORDER BY coalesce(e.session_id, 'event:' || e.native_id)) AS session_no
    FROM w_event_seen AS e
), silent AS (
    SELECT e.seen_no, e.issuer, e.session_id FROM w_event_seen AS e WHERE NOT coalesce(e.interactive, FALSE)
), inherited AS (
    SELECT q.seen_no, s.mfa_from, s.no_mfa_from
    FROM w_auth_session AS s INNER JOIN silent AS q ON q.session_id = s.session_id AND q.issuer = s.issuer
    WHERE s.known_from < auth_to()
), judged AS (
    SELECT e.*,
           CASE WHEN e.mfa_state = 'yes' THEN 'yes own' WHEN s.mfa_from <= e.event_time THEN 'yes inherited'
                WHEN e.mfa_state = 'no' THEN 'no own' WHEN s.no_mfa_from <= e.event_time THEN 'no inherited'
                ELSE 'unknown' END AS factor
    FROM w_event_seen AS e
    LEFT JOIN inherited AS s ON s.seen_no = e.seen_no
)
SELECT j.* EXCLUDE (mfa_state, mfa_basis, factor), n.auth_no, o.session_no,
       split_part(j.factor, ' ', 1) AS mfa_state,
       CASE WHEN j.factor LIKE '% inherited' THEN 'inherited'
            WHEN j.factor LIKE '% own' THEN coalesce(j.mfa_basis, 'event') ELSE j.mfa_basis END AS mfa_basis
FROM judged AS j
INNER JOIN numbered AS n ON n.seen_no = j.seen_no
INNER JOIN session_of AS o ON o.seen_no = j.seen_no;

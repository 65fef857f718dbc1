-- The same events by number, in the order in which ties are broken. The second factor of each is its own, or inherited
-- from earlier in its session where the token was issued silently or the record says nothing of it, and from the other
-- records of the same signing-in, a little before or after. An event without a session counts as one of its own.
CREATE OR REPLACE TABLE w_event AS
WITH numbered AS (
    SELECT e.seen_no,
           row_number() OVER (ORDER BY e.source_id, e.native_id, e.ordinal, e.named_no NULLS FIRST) AS auth_no
    FROM w_event_seen AS e
), session_of AS (
    SELECT e.seen_no, dense_rank() OVER (
        ORDER BY coalesce(e.session_id, c.ceremony, 'event:' || e.native_id)) AS session_no
    FROM w_event_seen AS e LEFT JOIN w_ceremony AS c ON c.seen_no = e.seen_no
), asks AS (
    SELECT e.seen_no, e.issuer, e.session_id FROM w_event_seen AS e
    WHERE e.mfa_state <> 'yes' AND e.session_id IS NOT NULL
), inherited AS (
    SELECT q.seen_no, s.mfa_from, s.no_mfa_from
    FROM w_auth_session AS s INNER JOIN asks AS q ON q.session_id = s.session_id AND q.issuer = s.issuer
    WHERE s.known_from < auth_to()
), judged AS (
    SELECT e.*,
           CASE WHEN e.mfa_state = 'yes' THEN 'yes own' WHEN c.has_factor THEN 'yes inherited'
                WHEN s.mfa_from <= e.event_time AND NOT (coalesce(e.interactive, FALSE) AND e.mfa_state = 'no')
                     OR e.interactive AND abs(us_from_to(s.mfa_from, e.event_time)) <= p.ceremony_us
                THEN 'yes inherited'
                WHEN e.mfa_state = 'no' THEN 'no own' WHEN c.lacks_factor THEN 'no inherited'
                WHEN s.no_mfa_from <= e.event_time AND NOT coalesce(e.interactive, FALSE)
                     OR e.interactive AND abs(us_from_to(s.no_mfa_from, e.event_time)) <= p.ceremony_us
                THEN 'no inherited' ELSE 'unknown' END AS factor
    FROM w_event_seen AS e
    CROSS JOIN param AS p
    LEFT JOIN inherited AS s ON s.seen_no = e.seen_no
    LEFT JOIN w_ceremony AS c ON c.seen_no = e.seen_no
)
SELECT j.* EXCLUDE (mfa_state, mfa_basis, factor), n.auth_no, o.session_no,
       split_part(j.factor, ' ', 1) AS mfa_state,
       CASE WHEN j.factor LIKE '% inherited' THEN 'inherited'
            WHEN j.factor LIKE '% own' THEN coalesce(j.mfa_basis, 'event') ELSE j.mfa_basis END AS mfa_basis
FROM judged AS j
INNER JOIN numbered AS n ON n.seen_no = j.seen_no
INNER JOIN session_of AS o ON o.seen_no = j.seen_no;

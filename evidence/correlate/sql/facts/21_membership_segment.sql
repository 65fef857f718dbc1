-- Between two sights of a membership its state is known, or the two contradict each other (a change that no event
-- tells: lost log, dynamic group, synchronisation) and it is a conflict. Repeated adds and removes change nothing.
CREATE OR REPLACE TABLE w_membership_segment AS
WITH ordered AS (
    SELECT s.*, lead(s.seen) OVER w AS next_seen, lead(s.what) OVER w AS next_what, row_number() OVER w AS nth
    FROM w_membership_seen AS s
    WINDOW w AS (PARTITION BY s.issuer, s.group_id, s.member_id ORDER BY s.seen, s.turn, s.what)
), segment AS (
    SELECT o.issuer, o.group_id, o.member_id, o.member_kind, open_from() AS from_time, o.seen AS to_time,
           NULL AS from_what, o.what AS to_what,
           CASE WHEN o.what IN ('remove', 'present') THEN 'in' ELSE 'out' END AS state
    FROM ordered AS o WHERE o.nth = 1
    UNION ALL
    SELECT o.issuer, o.group_id, o.member_id, o.member_kind, o.seen, coalesce(o.next_seen, open_to()),
           o.what, o.next_what,
           CASE WHEN o.what IN ('add', 'present') AND o.next_what = 'absent' THEN 'conflict'
                WHEN o.what IN ('remove', 'absent') AND o.next_what = 'present' THEN 'conflict'
                WHEN o.what = 'absent' AND o.next_what = 'remove' THEN 'conflict'
                WHEN o.what IN ('add', 'present') THEN 'in' ELSE 'out' END
    FROM ordered AS o
), marked AS (
    SELECT s.*, CASE WHEN lag(s.state) OVER (PARTITION BY s.issuer, s.group_id, s.member_id
                                             ORDER BY s.from_time, s.to_time, s.from_what NULLS FIRST) = s.state
                     THEN 0 ELSE 1 END AS starts
    FROM segment AS s WHERE s.from_time < s.to_time
)
SELECT m.*, sum(m.starts) OVER (PARTITION BY m.issuer, m.group_id, m.member_id ORDER BY m.from_time, m.to_time
                                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
FROM marked AS m;

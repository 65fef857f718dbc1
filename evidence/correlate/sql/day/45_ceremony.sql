-- One signing-in is often several records. Where the log gives them no session, those of one person, issuer, address
-- and device are one while each is within the declared time of the one before and of the first; without an address
-- every record stands alone. What one of them shows of a second factor, all of them have.
CREATE OR REPLACE TABLE w_ceremony AS
WITH alone AS (
    SELECT e.seen_no, e.event_time, e.mfa_state, p.ceremony_us,
           dense_rank() OVER (ORDER BY e.issuer, e.person_no, e.ip, e.device_id) AS place_no
    FROM w_event_seen AS e CROSS JOIN param AS p
    WHERE e.session_id IS NULL AND e.ip IS NOT NULL AND e.person_no IS NOT NULL AND p.ceremony_us > 0
), after AS (
    SELECT a.*, coalesce(us_from_to(lag(a.event_time) OVER (PARTITION BY a.place_no ORDER BY a.event_time, a.seen_no),
        a.event_time) <= a.ceremony_us, FALSE) AS goes_on
    FROM alone AS a
), chained AS (
    SELECT a.*, sum(CASE WHEN a.goes_on THEN 0 ELSE 1 END) OVER (
        PARTITION BY a.place_no ORDER BY a.event_time, a.seen_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM after AS a
), cut AS (
    SELECT c.*, us_from_to(min(c.event_time) OVER (PARTITION BY c.place_no, c.run), c.event_time)
                // (c.ceremony_us + 1) AS part
    FROM chained AS c
)
SELECT c.seen_no, concat_ws(':', 'ceremony', c.place_no, c.run, c.part) AS ceremony,
       max(CASE WHEN c.mfa_state = 'yes' THEN 1 ELSE 0 END) OVER w = 1 AS has_factor,
       max(CASE WHEN c.mfa_state = 'no' THEN 1 ELSE 0 END) OVER w = 1 AS lacks_factor
FROM cut AS c
WINDOW w AS (PARTITION BY c.place_no, c.run, c.part);

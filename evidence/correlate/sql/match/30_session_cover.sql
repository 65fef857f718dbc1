-- Gateway sessions of a person of which no exchange was recorded, or of which the recording was lost: they can cover
-- requests, many to one, and no more than that.
CREATE OR REPLACE TABLE w_session_cover AS
SELECT s.source_id, s.native_id, s.event_time AS from_time, coalesce(s.end_time, s.event_time) AS to_time,
       min(a.person_id) AS person_id
FROM session AS s
INNER JOIN w_alias AS a
    ON a.alias_class = 'name' AND a.alias = s.subject_email
    AND a.valid_from <= s.event_time AND a.valid_to > s.event_time
ANTI JOIN exchange AS x ON x.source_id = s.source_id AND x.session_id = s.native_id
WHERE s.session_kind IN ('proxied_traffic', 'exec', 'cli_connect', 'placeholder')
GROUP BY s.source_id, s.native_id, s.event_time, coalesce(s.end_time, s.event_time)
HAVING count(DISTINCT a.person_id) = 1;

-- Where two of the three answers on a group contradict each other (one says member, another not): counted per gateway,
-- group and pattern of answers, out of the interactions in which that group was asked about. What is not known
-- contradicts nothing.
DELETE FROM irregularity WHERE kind = 'group_disagreement';
INSERT INTO irregularity
WITH answer AS (
    SELECT l.interaction_id, l.method, l.native_id AS gateway_group, l.candidate_rank,
           max(l.reason) FILTER (WHERE l.link_kind = 'group_claim') AS claim,
           max(l.reason) FILTER (WHERE l.link_kind = 'group_directory') AS directory,
           max(l.reason) FILTER (WHERE l.link_kind = 'group_grant') AS granted
    FROM link AS l WHERE l.link_kind IN ('group_claim', 'group_directory', 'group_grant')
    GROUP BY l.interaction_id, l.method, l.native_id, l.candidate_rank
), judged AS (
    SELECT c.source_id, c.event_time, a.interaction_id, a.method, a.gateway_group, a.claim, a.directory, a.granted,
           'member' IN (a.claim, a.directory, a.granted) AND 'not_member' IN (a.claim, a.directory, a.granted) AS differ
    FROM answer AS a INNER JOIN chain AS c ON c.interaction_id = a.interaction_id
), asked AS (
    SELECT j.source_id, j.method, j.gateway_group, count(*) AS answers
    FROM judged AS j GROUP BY j.source_id, j.method, j.gateway_group
)
SELECT j.source_id, 'exchange', 'group_disagreement', min(j.event_time), max(j.event_time), a.answers,
       a.answers - count(*),
       concat(j.method, ' in ', j.gateway_group, ': claim ', j.claim, ', directory ', j.directory,
              ', gateway ', j.granted, '; ', min(j.interaction_id))
FROM judged AS j
INNER JOIN asked AS a
    ON a.source_id = j.source_id AND a.method = j.method AND a.gateway_group = j.gateway_group
WHERE j.differ
GROUP BY j.source_id, j.method, j.gateway_group, j.claim, j.directory, j.granted, a.answers;

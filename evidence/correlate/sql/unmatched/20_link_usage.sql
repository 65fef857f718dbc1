-- Usage links: which record of the vendor is the same request as the exchange, and by what.
INSERT INTO link
SELECT m.interaction_id, 'usage', 0, TRUE,
       CASE m.method_rank WHEN 1 THEN 'id' WHEN 2 THEN 'content' ELSE 'time' END,
       CASE m.method_rank WHEN 1 THEN 'certain' WHEN 2 THEN 'high' ELSE 'low' END,
       u.source_id, u.native_id, u.locator, us_from_to(u.event_time, c.event_time), n.candidates,
       CASE m.method_rank WHEN 1 THEN 'request_id_equal' WHEN 2 THEN 'prompt_equal' ELSE 'same_person_near_in_time' END
FROM w_match AS m
INNER JOIN w_usage AS u ON u.usage_key = m.usage_key
INNER JOIN chain AS c ON c.interaction_id = m.interaction_id
INNER JOIN (
    SELECT k.interaction_id, count(*) AS candidates FROM w_match_candidate AS k GROUP BY k.interaction_id
) AS n ON n.interaction_id = m.interaction_id;

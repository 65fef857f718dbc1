-- Masking links: by what the verdict on the response is tied to the interaction. A counter kept per session cannot
-- say which of its responses it counted.
INSERT INTO link
SELECT x.interaction_id, 'masking', 0, TRUE, coalesce(m.claim_scope, 'scan'),
       CASE m.claim_scope WHEN 'exchange' THEN 'high' WHEN 'session' THEN 'low' ELSE 'medium' END,
       x.source_id, x.native_id, x.locator, NULL, 1, m.verdict
FROM w_x AS x
INNER JOIN masking_verdict AS m ON m.interaction_id = x.interaction_id AND m.entity_type = '*';

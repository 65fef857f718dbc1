-- What an exchange and a usage row of request grain have in common. R1: the provider's request id. R2: the same
-- normalised prompt of at least 16 bytes by the same person within 120 s. R3: the same person within 5 s
-- (interactions, which carry whole seconds of another server: 120 s). Buckets of 120 s keep the join on equality.
CREATE OR REPLACE TABLE w_match_candidate AS
WITH asked AS (
    SELECT w.* FROM w_usage AS w WHERE w.grain IN ('request', 'interaction') AND w.active
), seen AS (
    SELECT c.interaction_id, c.person_id, c.event_time, c.time_uncertainty_us, x.provider_request_id, x.correlation_id,
           x.prompt_norm_sha256, coalesce(x.truncated, FALSE) AS truncated, x.prompt_bytes
    FROM chain AS c
    INNER JOIN exchange AS x ON x.source_id = c.source_id AND x.native_id = c.native_id
), by_id AS (
    SELECT a.usage_key, s.interaction_id, 1 AS method_rank, abs(us_from_to(s.event_time, a.event_time)) AS gap_us
    FROM asked AS a INNER JOIN seen AS s ON s.provider_request_id = a.provider_request_id
    UNION
    SELECT a.usage_key, s.interaction_id, 1, abs(us_from_to(s.event_time, a.event_time))
    FROM asked AS a INNER JOIN seen AS s ON s.correlation_id = a.provider_request_id
), near AS (
    SELECT a.usage_key, s.interaction_id, abs(us_from_to(s.event_time, a.event_time)) AS gap_us,
           a.prompt_norm_sha256 = s.prompt_norm_sha256 AND NOT s.truncated AND NOT coalesce(a.truncated, FALSE)
               AND s.prompt_bytes >= 16 AS same_text,
           CASE a.grain WHEN 'request' THEN 5000000 ELSE 120000000 END + s.time_uncertainty_us AS tolerance_us
    FROM asked AS a
    CROSS JOIN (VALUES (-1), (0), (1)) AS n (step)
    INNER JOIN seen AS s
        ON s.person_id = a.person_id
        AND epoch_us(s.event_time) // 120000000 = epoch_us(a.event_time) // 120000000 + n.step
)
SELECT b.usage_key, b.interaction_id, b.method_rank, b.gap_us FROM by_id AS b
UNION
SELECT n.usage_key, n.interaction_id, CASE WHEN n.same_text THEN 2 ELSE 3 END, n.gap_us
FROM near AS n
WHERE n.gap_us <= 120000000 AND (n.same_text OR n.gap_us <= n.tolerance_us);
CREATE OR REPLACE TABLE w_match (usage_key VARCHAR, interaction_id VARCHAR, method_rank BIGINT, gap_us BIGINT);

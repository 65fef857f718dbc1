-- Guardrails that fired: stepped in, flagged, masked the request, or masked something for the logs alone. What they found
-- is not taken over.
WITH fired AS (
    SELECT r.record_no, r.request AS id, r.s.startTime AS raw_time, r.started AS at_time, r.guardrails AS list,
           lower(COALESCE(nz(r.s.status), nz(r.s.metadata.status))) = 'failure' AS failed
    FROM record AS r
), one AS (
    SELECT f.record_no, f.id, f.raw_time, f.at_time, f.failed, UNNEST(f.list) AS g, generate_subscripts(f.list, 1) - 1 AS ordinal
    FROM fired AS f
), judged AS (
    SELECT o.*, litellm_side(o.g.guardrail_mode) AS side, len(map_keys(o.g.masked_entity_count)) > 0 AS masked,
           COALESCE(o.g.guardrail_status, '') IN ('guardrail_intervened', 'guardrail_flagged') AS seen
    FROM one AS o
)
SELECT j.record_no,
       j.id || '/' || j.ordinal AS native_id,
       j.ordinal,
       j.at_time AS event_time,
       j.raw_time AS event_time_raw,
       j.id AS exchange_ref,
       COALESCE(nz(j.g.guardrail_name), 'unnamed') AS rule_name,
       j.side AS direction,
       CASE WHEN j.g.guardrail_status = 'guardrail_intervened' AND j.failed THEN 'blocked'
            WHEN j.side IS NULL THEN 'logged' WHEN j.masked THEN 'masked' ELSE 'warned' END AS action
FROM judged AS j
WHERE j.seen OR j.masked

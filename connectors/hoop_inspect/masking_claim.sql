-- What was rewritten in one packet of a response: a total, and the kind where there was one alone. The sidecar's own
-- detectors have names of their own; those of its further module are spelled as ours.
WITH masked AS (
    SELECT r.record_no, r.record_hash, r.s, TRY_CAST(r.s.masked_count AS BIGINT) AS n,
           UNNEST(CASE WHEN len(r.s.masked_entities) = 1 THEN ['*', upper(trim(r.s.masked_entities[1]))] ELSE ['*'] END) AS name
    FROM record AS r WHERE r.s.kind = 'masked'
), named AS (
    SELECT m.*, CASE m.name WHEN 'EMAIL' THEN 'EMAIL_ADDRESS' WHEN 'SSN' THEN 'US_SSN' WHEN 'PHONE' THEN 'PHONE_NUMBER'
                WHEN 'AWS_KEY' THEN 'AWS_ACCESS_KEY' ELSE m.name END AS entity
    FROM masked AS m
)
SELECT m.record_no,
       m.record_hash || '/' || m.entity AS native_id,
       utc(m.s."timestamp") AS event_time,
       m.s."timestamp" AS event_time_raw,
       m.s.session_id,
       'session' AS scope,
       m.entity AS entity_type,
       m.n AS n_masked,
       'hoop-inspect' AS engine,
       'output' AS direction,
       CASE WHEN m.n IS NULL THEN 'bad_number:masked_count' END AS reject
FROM named AS m

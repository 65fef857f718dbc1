-- Which streams a source should have, by its role and its capabilities, and how many records it has on each UTC day.
CREATE OR REPLACE TABLE w_stream AS
WITH expected AS (
    SELECT s.source_id, m.stream
    FROM cfg_source AS s
    INNER JOIN (VALUES ('gateway', 'exchange'), ('idp', 'sign_in'), ('copilot', 'usage'), ('directory', 'identity_alias'),
                       ('approvals', 'approval')) AS m (role, stream) ON m.role = s.role
    UNION
    SELECT c.source_id, m.stream
    FROM cfg_capability AS c
    INNER JOIN (VALUES ('per_request_time', 'exchange'), ('approval', 'approval'), ('sign_in', 'sign_in'),
                       ('membership', 'membership_event'), ('account', 'account_event'), ('usage_request', 'usage'),
                       ('usage_user_day', 'usage')) AS m (capability, stream) ON m.capability = c.capability
    INNER JOIN cfg_source AS s ON s.source_id = c.source_id
    WHERE s.role <> 'directory'
)
SELECT e.source_id, e.stream FROM expected AS e
UNION
SELECT w.source_id, w.stream FROM source_window AS w WHERE w.stream <> '*';
CREATE OR REPLACE TABLE w_stream_day AS
SELECT source_id, 'exchange' AS stream, date_trunc('day', event_time) AS day, count(*) AS records
FROM exchange GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'sign_in', date_trunc('day', event_time), count(*)
FROM sign_in GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'usage', date_trunc('day', event_time), count(*)
FROM usage GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'approval', date_trunc('day', event_time), count(*)
FROM approval GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'membership_event', date_trunc('day', event_time), count(*)
FROM membership_event GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'account_event', date_trunc('day', event_time), count(*)
FROM account_event GROUP BY source_id, date_trunc('day', event_time)
UNION ALL
SELECT source_id, 'identity_alias', date_trunc('day', coalesce(event_time, observed_at)), count(*)
FROM identity_alias GROUP BY source_id, date_trunc('day', coalesce(event_time, observed_at));

-- Which streams a source should have: what its connector can show (of two sources of one connector the one that has
-- such records, so that an export of sign-ins is not asked for group changes), what it has records of, and what it
-- declares.
CREATE OR REPLACE TABLE w_stream AS
WITH expected AS (
    SELECT DISTINCT c.source_id, s.connector, m.stream
    FROM cfg_capability AS c
    INNER JOIN (VALUES ('prompt', 'exchange'), ('per_request_time', 'exchange'), ('approval', 'approval'),
                       ('sign_in', 'sign_in'), ('membership', 'membership_event'), ('account', 'account_event'),
                       ('usage_request', 'usage'), ('usage_user_day', 'usage'), ('directory', 'identity_alias')) AS m (
        capability, stream) ON m.capability = c.capability
    INNER JOIN cfg_source AS s ON s.source_id = c.source_id
    WHERE s.role NOT IN ('directory', 'people') OR m.stream = 'identity_alias'
), elsewhere AS (
    SELECT DISTINCT s.connector, d.stream
    FROM w_stream_day AS d INNER JOIN cfg_source AS s ON s.source_id = d.source_id
)
SELECT e.source_id, e.stream
FROM expected AS e
LEFT JOIN elsewhere AS x ON x.connector = e.connector AND x.stream = e.stream
WHERE x.stream IS NULL
UNION
SELECT DISTINCT d.source_id, d.stream FROM w_stream_day AS d
UNION
SELECT w.source_id, w.stream FROM source_window AS w WHERE w.stream <> '*';

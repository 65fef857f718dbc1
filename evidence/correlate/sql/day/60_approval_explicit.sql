-- Approvals that the records themselves tie to the request, strongest first: (0) the exchange is named; (1) the
-- session that issued the credentials was approved; (2) the session itself was; (3) a ticket or correlation id is
-- shared. Session ids are unique within their gateway; an approval system of its own may name any.
CREATE OR REPLACE TABLE w_approval_explicit AS
WITH context AS (
    SELECT x.x_no, x.source_id, 1 AS place, 'credential_session' AS method, x.parent_session AS ref
        FROM w_x AS x
    UNION ALL SELECT x.x_no, x.source_id, 2, 'session', x.session_id FROM w_x AS x
), ticket AS (
    SELECT x.x_no, x.ticket AS ref FROM w_x AS x WHERE x.ticket IS NOT NULL
    UNION SELECT x.x_no, x.correlation_id FROM w_x AS x WHERE x.correlation_id IS NOT NULL
    UNION SELECT x.x_no, x.session_correlation FROM w_x AS x WHERE x.session_correlation IS NOT NULL
)
SELECT x.x_no, a.approval_no, 0 AS place,
       CASE WHEN a.source_id = x.source_id THEN 'session' ELSE 'external' END AS method
FROM w_x AS x INNER JOIN w_approval AS a ON a.exchange_ref = x.native_id
UNION
SELECT c.x_no, a.approval_no, c.place,
       CASE WHEN a.source_id = c.source_id THEN c.method ELSE 'external' END
FROM context AS c
INNER JOIN w_approval AS a ON a.session_id = c.ref AND a.exchange_ref IS NULL
LEFT JOIN cfg_source AS s ON s.source_id = a.source_id
WHERE a.source_id = c.source_id OR s.role = 'approvals'
UNION
SELECT t.x_no, a.approval_no, 3, 'ticket'
FROM ticket AS t INNER JOIN w_approval AS a ON a.external_ref = t.ref;

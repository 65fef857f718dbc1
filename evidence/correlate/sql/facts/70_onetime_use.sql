-- A one-time approval covers one request: the first of its session, by time and id.
CREATE OR REPLACE TABLE w_onetime_use AS
WITH used AS (
    SELECT a.source_id, a.native_id AS approval_id, x.native_id, row_number() OVER (
        PARTITION BY a.source_id, a.native_id ORDER BY x.event_time, x.native_id) AS nth
    FROM w_approval_now AS a
    INNER JOIN exchange AS x ON x.session_id = a.session_id AND x.source_id = a.source_id
    WHERE a.approval_kind = 'onetime' AND a.exchange_ref IS NULL
)
SELECT u.source_id, u.approval_id, u.native_id FROM used AS u WHERE u.nth = 1;

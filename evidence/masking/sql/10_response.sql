-- One row per response: whether its text was there to be read, what makes it uncertain, how its connection was set then.
CREATE OR REPLACE TEMP TABLE w_masking_response AS
WITH one AS (
    SELECT e.*, row_number() OVER (PARTITION BY e.source_id, e.native_id ORDER BY e.ordinal, e.locator) AS place
    FROM exchange AS e
), asked AS (  -- a connection asked twice at one instant counts as off if either answer says so
    SELECT s.connection, s.event_time, min(CASE WHEN s.masking_enabled THEN 1 ELSE 0 END) AS masked
    FROM connection_snapshot AS s WHERE s.masking_enabled IS NOT NULL GROUP BY s.connection, s.event_time
), ordered AS (
    SELECT a.connection, a.event_time AS valid_from, a.masked,
        lead(a.event_time) OVER (PARTITION BY a.connection ORDER BY a.event_time) AS valid_to,
        row_number() OVER (PARTITION BY a.connection ORDER BY a.event_time) AS place
    FROM asked AS a
), setting AS (  -- what was answered holds until the next answer; before the first answer it is only a later sighting
    SELECT o.connection, o.valid_from, coalesce(o.valid_to, TIMESTAMP '9999-12-31 00:00:00') AS valid_to, o.masked,
        'asked' AS basis
    FROM ordered AS o
    UNION ALL
    SELECT o.connection, TIMESTAMP '0001-01-01 00:00:00', o.valid_from, o.masked, 'seen_later'
    FROM ordered AS o WHERE o.place = 1
)
SELECT
    interaction_id(o.source_id, o.native_id) AS interaction_id,
    o.source_id,
    o.native_id,
    o.session_id,
    o.connection,
    o.event_time,
    CASE
        WHEN o.response_bytes > 0 THEN 'read'
        WHEN o.response_bytes = 0 THEN 'empty_response'
        WHEN o.outcome IN ('blocked', 'denied', 'no_response') THEN 'not_delivered'
        ELSE 'text_absent'
    END AS text_state,
    CASE
        WHEN o.truncated THEN 'truncated'
        WHEN o.response_bytes IS NULL THEN NULL
        WHEN o.pairing <> 'exact' THEN 'pairing_' || o.pairing
    END AS doubt,
    CASE WHEN s.masked = 0 THEN CASE s.basis WHEN 'asked' THEN 'masking_off' ELSE 'masking_off_seen_later' END END
        AS off_reason
FROM one AS o
LEFT JOIN setting AS s
    ON s.connection = o.connection AND s.valid_from <= o.event_time AND o.event_time < s.valid_to
WHERE o.place = 1

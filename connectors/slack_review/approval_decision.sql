-- One row per person who answered: by a reaction (no instant), by a reply, or by a button that a bot reports.
WITH message AS (
    SELECT r.record_no, r.s, r.asks, r.answer, r.reported, slack_button(r.said, 2) AS button_of
    FROM record AS r WHERE r.asks OR r.answer IS NOT NULL
), reaction AS (
    SELECT m.record_no, m.s, UNNEST(m.s.reactions) AS x FROM message AS m WHERE m.asks
), said AS (
    SELECT x.record_no, x.s.ts AS ask, x.x.name AS how, UNNEST(x.x.users) AS who, slack_reaction(x.x.name) AS status, NULL AS raw_time
    FROM reaction AS x WHERE slack_reaction(x.x.name) IS NOT NULL
    UNION ALL
    SELECT m.record_no, m.s.ts, 'button', m.button_of, m.reported, nz(m.s.edited.ts) FROM message AS m WHERE m.asks AND m.reported IS NOT NULL
    UNION ALL
    SELECT m.record_no, m.s.thread_ts, m.s.ts, COALESCE(m.button_of, nz(m.s."user")), m.answer, m.s.ts FROM message AS m WHERE m.answer IS NOT NULL
)
SELECT s.record_no,
       concat_ws('/', s.ask, s.who, s.how) AS native_id,
       slack_at(s.raw_time) AS event_time,
       s.raw_time AS event_time_raw,
       s.ask AS approval_id,
       s.who AS group_name,
       s.status,
       s.who AS actor,
       'person' AS actor_kind,
       CASE WHEN s.raw_time IS NOT NULL AND slack_at(s.raw_time) IS NULL THEN 'bad_timestamp:ts' END AS reject
FROM said AS s

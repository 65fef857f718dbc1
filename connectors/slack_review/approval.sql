-- One row per message that asks. What its reactions and its button say stands here; answers in the thread are decisions.
-- An approval is never the state of a channel, for which nobody vouches: it lies in the decisions, until a later one ends it.
WITH ask AS (
    SELECT r.record_no, r.s, r.options, r.reported, r.ticket, r.request_of, slack_at(r.s.ts) AS at,
           CASE WHEN nz(r.s.bot_id) IS NULL THEN nz(r.s."user") ELSE nz(regexp_extract(r.said, '<@([UW][A-Z0-9]+)', 1)) END AS who,
           list_transform(COALESCE(r.s.reactions, []), lambda x: slack_reaction(x.name)) AS reactions
    FROM record AS r WHERE r.asks
)
SELECT a.record_no,
       a.s.ts AS native_id,
       a.at AS event_time,
       a.s.ts AS event_time_raw,
       lower(a.request_of) AS session_id,
       a.who AS requester,
       nz(a.options['connection']) AS connection,
       'external' AS approval_kind,
       CASE WHEN a.reported = 'revoked' THEN 'revoked' WHEN a.reported = 'rejected' OR list_contains(a.reactions, 'rejected') THEN 'rejected'
            WHEN a.reported = 'approved' OR list_contains(a.reactions, 'approved') THEN 'unknown' ELSE 'pending' END AS status,
       TRY_CAST(a.options['quorum'] AS BIGINT) AS quorum,
       sha256(nz(a.s.text)) AS reason_text_sha256,
       a.ticket AS external_ref,
       CASE WHEN a.at IS NULL THEN 'bad_timestamp:ts' END AS reject
FROM ask AS a

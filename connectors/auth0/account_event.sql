-- One row per change of an account's state: the account is the event's user, or stands in the path of the call.
WITH event AS MATERIALIZED (
    SELECT r.record_no, r.issuer, auth0_event(r.s) AS e FROM record AS r
)
SELECT v.record_no,
       v.e.id AS native_id,
       utc(v.e.date) AS event_time,
       v.e.date AS event_time_raw,
       COALESCE(v.issuer, 'https://' || v.e.host || '/') AS issuer,
       norm_id(CASE WHEN v.e.type <> 'sapi' THEN v.e.who
                    ELSE COALESCE(nz(url_decode(regexp_extract(v.e.path, '/v2/users/([^/]+)$', 1))), v.e.made) END) AS account_id,
       norm_id(CASE WHEN v.e.type <> 'sapi' THEN v.e.name ELSE v.e.email END) AS account_name,
       auth0_change(v.e) AS operation,
       COALESCE(v.e.actor, v.e.who) AS actor_id
FROM event AS v
WHERE auth0_kind(v.e) = 'account'

-- One row per change of an account's state: the account is the event's user, or stands in the path of the call.
SELECT r.record_no,
       r.e.id AS native_id,
       utc(r.e.date) AS event_time,
       r.e.date AS event_time_raw,
       COALESCE(r.issuer, 'https://' || r.e.host || '/') AS issuer,
       norm_id(CASE WHEN r.e.type <> 'sapi' THEN r.e.who
                    ELSE COALESCE(nz(url_decode(regexp_extract(r.e.path, '/v2/users/([^/]+)$', 1))), r.e.made) END) AS account_id,
       norm_id(CASE WHEN r.e.type <> 'sapi' THEN r.e.name ELSE r.e.email END) AS account_name,
       auth0_change(r.e) AS operation,
       COALESCE(r.e.actor, r.e.who) AS actor_id
FROM record AS r
WHERE r.kind = 'account' AND auth0_went(r.e)

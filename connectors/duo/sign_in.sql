-- One row per authentication of a user, and per sign-in of an administrator, whose factor and address stand in the text.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, r.moment, r.kind = 'admin_sign_in' AS admin, r.said,
           CASE WHEN r.s.action = 'admin_login' THEN 'success' WHEN r.kind = 'admin_sign_in' THEN 'failure'
                ELSE CASE lower(r.s.result) WHEN 'success' THEN 'success' WHEN 'denied' THEN 'failure' WHEN 'failure' THEN 'failure'
                     WHEN 'fraud' THEN 'failure' ELSE 'unknown' END END AS ended,
           COALESCE(duo_factor(r.s.factor), duo_factor(r.said ->> '$.factor')) AS factor,
           COALESCE(nz(r.s."user".name), CASE WHEN r.kind = 'sign_in' THEN nz(r.s.username) END) AS name,
           COALESCE(nz(r.s.email), nz(r.said ->> '$.email')) AS email
    FROM record AS r
    WHERE r.kind IN ('sign_in', 'admin_sign_in')
)
SELECT t.record_no,
       nz(t.s.txid) AS native_id,
       t.moment AS event_time,
       COALESCE(nz(t.s.isotimestamp), t.s.timestamp) AS event_time_raw,
       t.issuer,
       nz(t.s."user".key) AS subject,
       norm_id(CASE WHEN contains(t.name, '@') THEN t.name ELSE COALESCE(t.email, t.name) END) AS subject_name,
       'person' AS subject_kind,
       t.ended AS outcome,
       CASE WHEN NOT duo_remembered(t.factor, t.s.reason) AND NOT duo_unasked(t.s.reason) THEN true END AS interactive,
       'authn' AS event_kind,
       COALESCE(nz(t.s.application.key), nz(t.s.integration), CASE WHEN t.admin THEN 'admin_panel' END) AS client_id,
       bare_ip(COALESCE(nz(t.s.access_device.ip), nz(t.s.ip), t.said ->> '$.ip_address')) AS ip,
       'user' AS ip_role,
       CASE WHEN t.ended <> 'success' OR duo_remembered(t.factor, t.s.reason) THEN 'unknown'
            WHEN duo_unasked(t.s.reason) THEN 'no' WHEN t.factor IS NOT NULL THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN duo_remembered(t.factor, t.s.reason) THEN 'inherited: remembered_device'
            ELSE 'event: ' || nz(concat_ws(', ', t.factor, nz(t.s.reason))) END AS mfa_basis,
       nz(t.s.access_device.epkey) AS device_id,
       CASE lower(t.s.trusted_endpoint_status) WHEN 'trusted' THEN true WHEN 'not trusted' THEN false END AS device_managed,
       nz(t.s.access_device.location.country) AS country,
       nz(t.s.txid) AS correlation_id
FROM told AS t

-- One row per sign-in, verified factor, sign-on to an application and logout. The user is whom it happened to; a name with an
-- @ stands where first and last name are missing.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, split_part(r.sign, ' ', 1) AS what, split_part(r.sign, ' ', 2) AS ended,
           COALESCE(nz(r.s.user_id), nz(r.s.actor_user_id)) AS who, COALESCE(nz(r.s.user_name), nz(r.s.actor_user_name)) AS name,
           COALESCE(nz(r.s.otp_device_name), nz(r.s.otp_device_id)) AS device
    FROM record AS r
    WHERE r.sign IS NOT NULL
)
SELECT t.record_no,
       nz(t.s.id) AS native_id,
       utc(t.s.created_at) AS event_time,
       t.s.created_at AS event_time_raw,
       COALESCE(t.issuer, nz(t.s.account_id)) AS issuer,
       t.who AS subject,
       CASE WHEN contains(t.name, '@') THEN norm_id(t.name) END AS subject_name,
       'person' AS subject_kind,
       CASE WHEN t.ended = 'success' AND nz(t.s.assuming_acting_user_id) IS NOT NULL THEN 'unknown' ELSE t.ended END AS outcome,
       CASE WHEN t.s.event_type_id IN ('5', '6', '140', '141', '153', '154') THEN true END AS interactive,
       CASE WHEN t.what = 'factor' THEN 'authn' ELSE t.what END AS event_kind,
       COALESCE(nz(t.s.app_id), nz(t.s.client_id)) AS client_id,
       bare_ip(t.s.ipaddr) AS ip,
       CASE WHEN t.s.event_type_id IN ('68', '69', '122', '123', '129', '130', '527', '528') THEN 'backend'
            WHEN t.what = 'revoke' THEN 'unknown' ELSE 'user' END AS ip_role,
       CASE WHEN t.ended = 'success' AND (t.what = 'factor' OR (t.what = 'authn' AND t.device IS NOT NULL)) THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN t.s.event_type_id IN ('140', '141') THEN 'federated_unknown: social'
            WHEN t.what IN ('factor', 'authn') THEN 'event: ' || COALESCE(t.device, CASE t.what WHEN 'factor' THEN 'factor' END) END AS mfa_basis
FROM told AS t

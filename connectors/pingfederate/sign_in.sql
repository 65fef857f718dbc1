-- One row per authentication, single sign-on, token and logout. What is in progress is neither success nor failure.
WITH told AS (
    SELECT r.record_no, r.s, r.issuer, r.options, lower(r.s.status) AS ended,
           regexp_replace(r.s.authenticationsourceid, '^(adapter|idpConnection)\.', '') AS adapter,
           COALESCE(list_contains(list_transform(string_split(r.options['second_factors'], ','), lambda w: lower(trim(w))),
               lower(regexp_replace(r.s.authenticationsourceid, '^(adapter|idpConnection)\.', ''))), false) AS second
    FROM record AS r
)
SELECT t.record_no,
       nz(concat_ws('/', nz(t.s.trackingid), nz(t.s.transactionid), nz(t.s.event), nz(t.s.time))) AS native_id,
       local_utc(t.s.time, t.options['zone']) AS event_time,
       t.s.time AS event_time_raw,
       t.issuer,
       norm_id(t.s.subject) AS subject_name,
       CASE WHEN t.s.granttype ILIKE '%client_credentials%' THEN 'service' ELSE 'person' END AS subject_kind,
       CASE t.ended WHEN 'success' THEN 'success' WHEN 'failure' THEN 'failure' WHEN 'inprogress' THEN 'interrupted'
            ELSE 'unknown' END AS outcome,
       CASE WHEN t.s.event IN ('AUTHN_ATTEMPT', 'AUTHN_SESSION_CREATED') THEN true WHEN t.s.event = 'OAuth' THEN false END AS interactive,
       CASE WHEN t.s.event IN ('SLO', 'AUTHN_SESSION_DELETED') THEN 'session_end'
            WHEN t.s.event = 'OAuth' AND t.s.granttype ILIKE '%refresh%' THEN 'refresh'
            WHEN t.s.event IN ('SSO', 'OAuth', 'AUTHN_SESSION_USED') THEN 'token_issue' ELSE 'authn' END AS event_kind,
       COALESCE(nz(t.s.connectionid), nz(t.s.connectionname)) AS client_id,
       nz(regexp_extract(t.s.sri, '^[^.]+')) AS session_id,
       nz(t.s.assertionid) AS token_id,
       bare_ip(t.s.ip) AS ip,
       CASE WHEN t.s.event = 'OAuth' THEN 'backend' ELSE 'user' END AS ip_role,
       CASE WHEN t.ended = 'success' AND t.second THEN 'yes' ELSE 'unknown' END AS mfa_state,
       CASE WHEN t.s.authenticationsourceid LIKE 'idpConnection.%' THEN 'federated_unknown: ' ELSE 'event: ' END || nz(t.adapter) AS mfa_basis,
       nz(t.s.transactionid) AS correlation_id
FROM told AS t

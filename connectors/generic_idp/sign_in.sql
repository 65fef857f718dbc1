-- One row per record, in the words of evidence.yaml.
WITH named AS (
    SELECT r.record_no, r.mapped AS m, r.options AS o, r.issuer FROM record AS r
)
SELECT n.record_no,
       nz(n.m['id']) AS native_id,
       instant(n.m['at'], n.o['times'], n.o['zone']) AS event_time,
       n.m['at'] AS event_time_raw,
       COALESCE(nz(n.m['issuer']), n.issuer) AS issuer,
       nz(n.m['subject']) AS subject,
       norm_id(n.m['who']) AS subject_name,
       CASE WHEN one_of(n.m['kind'], n.o['services']) THEN 'service' WHEN nz(n.m['kind']) IS NULL OR one_of(n.m['kind'],
            'user, person, human, member, guest') THEN 'person' ELSE 'unknown' END AS subject_kind,
       CASE WHEN one_of(n.m['outcome'], n.o['success']) THEN 'success' WHEN one_of(n.m['outcome'], n.o['failure']) THEN 'failure'
            WHEN one_of(n.m['outcome'], n.o['challenge']) THEN 'challenge'
            WHEN nz(n.m['outcome']) IS NULL THEN n.o['without_outcome'] ELSE 'unknown' END AS outcome,
       yes_or_no(n.m['interactive'], n.o['words_yes'], n.o['words_no']) AS interactive,
       CASE WHEN one_of(n.m['event'], n.o['sign_in_events']) THEN 'authn'
            WHEN one_of(n.m['event'], n.o['token_events']) THEN 'token_issue'
            WHEN one_of(n.m['event'], n.o['refresh_events']) THEN 'refresh'
            WHEN one_of(n.m['event'], n.o['session_end_events']) THEN 'session_end'
            WHEN one_of(n.m['event'], n.o['revoke_events']) THEN 'revoke' ELSE 'authn' END AS event_kind,
       nz(n.m['client']) AS client_id,
       nz(n.m['resource']) AS resource_id,
       nz(n.m['session']) AS session_id,
       nz(n.m['token']) AS token_id,
       instant(n.m['expires'], n.o['times'], n.o['zone']) AS token_expires_at,
       bare_ip(n.m['ip']) AS ip,
       n.o['address_role'] AS ip_role,
       CASE yes_or_no(n.m['mfa'], n.o['words_yes'], n.o['words_no']) WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'unknown' END AS mfa_state,
       'event: ' || nz(concat_ws(', ', nz(n.m['mfa']), nz(n.m['factor']))) AS mfa_basis,
       nz(n.m['policy']) AS ca_status,
       nz(n.m['device']) AS device_id,
       yes_or_no(n.m['managed'], n.o['words_yes'], n.o['words_no']) AS device_managed,
       nz(n.m['country']) AS country,
       nz(n.m['correlation']) AS correlation_id
FROM named AS n

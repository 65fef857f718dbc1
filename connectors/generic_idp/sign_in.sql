-- One row per record, in the words of evidence.yaml.
SELECT r.record_no,
       nz(r.mapped['id']) AS native_id,
       instant(r.mapped['at'], r.options['times'], r.options['zone']) AS event_time,
       r.mapped['at'] AS event_time_raw,
       COALESCE(nz(r.mapped['issuer']), r.issuer) AS issuer,
       nz(r.mapped['subject']) AS subject,
       norm_id(r.mapped['who']) AS subject_name,
       CASE WHEN one_of(r.mapped['kind'], r.options['services']) THEN 'service' WHEN nz(r.mapped['kind']) IS NULL OR one_of(r.mapped['kind'],
            'user, person, human, member, guest') THEN 'person' ELSE 'unknown' END AS subject_kind,
       CASE WHEN one_of(r.mapped['outcome'], r.options['success']) THEN 'success' WHEN one_of(r.mapped['outcome'], r.options['failure']) THEN 'failure'
            WHEN one_of(r.mapped['outcome'], r.options['challenge']) THEN 'challenge'
            WHEN nz(r.mapped['outcome']) IS NULL THEN r.options['without_outcome'] ELSE 'unknown' END AS outcome,
       yes_or_no(r.mapped['interactive'], r.options['words_yes'], r.options['words_no']) AS interactive,
       CASE WHEN one_of(r.mapped['event'], r.options['sign_in_events']) THEN 'authn'
            WHEN one_of(r.mapped['event'], r.options['token_events']) THEN 'token_issue'
            WHEN one_of(r.mapped['event'], r.options['refresh_events']) THEN 'refresh'
            WHEN one_of(r.mapped['event'], r.options['session_end_events']) THEN 'session_end'
            WHEN one_of(r.mapped['event'], r.options['revoke_events']) THEN 'revoke' ELSE 'authn' END AS event_kind,
       nz(r.mapped['client']) AS client_id,
       nz(r.mapped['resource']) AS resource_id,
       nz(r.mapped['session']) AS session_id,
       nz(r.mapped['token']) AS token_id,
       instant(r.mapped['expires'], r.options['times'], r.options['zone']) AS token_expires_at,
       bare_ip(r.mapped['ip']) AS ip,
       r.options['address_role'] AS ip_role,
       CASE yes_or_no(r.mapped['mfa'], r.options['words_yes'], r.options['words_no']) WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'unknown' END AS mfa_state,
       'event: ' || nz(concat_ws(', ', nz(r.mapped['mfa']), nz(r.mapped['factor']))) AS mfa_basis,
       nz(r.mapped['policy']) AS ca_status,
       nz(r.mapped['device']) AS device_id,
       yes_or_no(r.mapped['managed'], r.options['words_yes'], r.options['words_no']) AS device_managed,
       nz(r.mapped['country']) AS country,
       nz(r.mapped['correlation']) AS correlation_id
FROM record AS r

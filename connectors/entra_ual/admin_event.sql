-- One row per audited change, failed ones too, but for what people do to their own account.
SELECT r.record_no,
       nz(r.u.Id) AS native_id,
       COALESCE(utc(r.u.CreationTime), naive_utc(r.u.CreationTime)) AS event_time,
       r.u.CreationTime AS event_time_raw,
       COALESCE(ual_id(r.u.Actor), ual_name(r.u.Actor, '1')) AS actor,
       entra_address(ual_name(r.u.Actor, '5')) AS actor_email,
       entra_action(r.activity, '') AS action,
       r.activity AS object_type,
       COALESCE(entra_object([r.t]), lower(nz(r.u.ObjectId))) AS object_id,
       entra_result(r.u.ResultStatus) AS outcome,
       bare_ip(COALESCE(nz(r.u.ActorIpAddress), r.u.ClientIP)) AS client_ip
FROM record AS r
WHERE r.deed

-- One row per audited change, failed ones too, but for what people do to their own account.
SELECT r.record_no,
       nz(r.s.Id) AS native_id,
       entra_portal_time(r.done) AS event_time,
       r.done AS event_time_raw,
       entra_actor(r.initiator) AS actor,
       entra_address(r.initiator."user".userPrincipalName) AS actor_email,
       entra_action(r.activity, COALESCE(nz(r.s.OperationType), r.s.AADOperationType)) AS action,
       r.activity AS object_type,
       entra_object(r.targets) AS object_id,
       entra_result(r.s.Result) AS outcome,
       bare_ip(r.initiator."user".ipAddress) AS client_ip
FROM record AS r
WHERE r.deed

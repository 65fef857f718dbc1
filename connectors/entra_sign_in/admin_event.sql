-- One row per audited change, failed ones too, but for what people do to their own account.
SELECT r.record_no,
       nz(r.s.properties.id) AS native_id,
       utc(r.s.properties.activityDateTime) AS event_time,
       r.s.properties.activityDateTime AS event_time_raw,
       entra_actor(r.s.properties.initiatedBy) AS actor,
       entra_address(r.s.properties.initiatedBy."user".userPrincipalName) AS actor_email,
       entra_action(r.activity, r.s.properties.operationType) AS action,
       r.activity AS object_type,
       entra_object(r.s.properties.targetResources) AS object_id,
       entra_result(r.s.properties.result) AS outcome,
       bare_ip(COALESCE(nz(r.s.properties.initiatedBy."user".ipAddress), r.s.callerIpAddress)) AS client_ip
FROM record AS r
WHERE r.deed

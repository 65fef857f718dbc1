-- One row per audited change, failed ones too, but for what people do to their own account.
SELECT r.record_no,
       nz(r.s.id) AS native_id,
       utc(r.s.activityDateTime) AS event_time,
       r.s.activityDateTime AS event_time_raw,
       entra_actor(r.s.initiatedBy) AS actor,
       entra_address(r.s.initiatedBy."user".userPrincipalName) AS actor_email,
       entra_action(r.activity, r.s.operationType) AS action,
       r.activity AS object_type,
       entra_object(r.s.targetResources) AS object_id,
       entra_result(r.s.result) AS outcome,
       bare_ip(r.s.initiatedBy."user".ipAddress) AS client_ip
FROM record AS r
WHERE r.deed

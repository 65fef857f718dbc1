-- One row per audited change, failed ones too, but for what people do to their own account.
SELECT r.record_no,
       r.done AS event_time,
       r.s."Date (UTC)" AS event_time_raw,
       entra_actor(r.who) AS actor,
       entra_address(r.who."user".userPrincipalName) AS actor_email,
       entra_action(r.activity, NULL) AS action,
       r.activity AS object_type,
       entra_object(r.targets) AS object_id,
       entra_result(r.s.Result) AS outcome,
       bare_ip(r.who."user".ipAddress) AS client_ip
FROM record AS r
WHERE r.deed

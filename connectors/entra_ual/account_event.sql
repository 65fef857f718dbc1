-- One row per change of an account's state. One update can hold several changes, each is a row of its own.
WITH change AS (
    SELECT r.record_no, r.issuer, ual_record(COALESCE(nz(r.s.AuditData), r.raw)) AS u,
           ual_activity(COALESCE(nz(r.s.Operation), r.s.Operations)) AS activity
    FROM record AS r
    WHERE COALESCE(nz(r.s.Operation), r.s.Operations) NOT IN ('UserLoggedIn', 'UserLoginFailed')
), target AS (
    SELECT c.*, ual_target(c.u.Target, c.u.ModifiedProperties) AS t FROM change AS c WHERE NOT entra_of_group(c.activity)
), told AS (
    SELECT c.*, UNNEST(entra_changes(c.activity, c.t)) AS k,
           generate_subscripts(entra_changes(c.activity, c.t), 1) AS place
    FROM target AS c
)
SELECT c.record_no,
       nz(c.u.Id) AS native_id,
       c.place - 1 AS ordinal,
       COALESCE(utc(c.u.CreationTime), naive_utc(c.u.CreationTime)) AS event_time,
       c.u.CreationTime AS event_time_raw,
       COALESCE(nz(c.u.OrganizationId), c.issuer) AS issuer,
       lower(nz(c.t.id)) AS account_id,
       norm_id(COALESCE(c.k.new, c.t.userPrincipalName)) AS account_name,
       c.k.op AS operation,
       norm_id(c.k.old) AS old_name,
       COALESCE(ual_id(c.u.Actor), ual_name(c.u.Actor, '1')) AS actor_id
FROM told AS c

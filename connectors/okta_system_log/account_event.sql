-- One row per change of an account's state, and per change of the login where the event says from what to what.
WITH change AS (
    SELECT r.record_no, r.s, r.issuer, okta_target(r.s.target, 'User') AS t
    FROM record AS r
    WHERE r.kind = 'account' AND r.s.outcome.result = 'SUCCESS' AND NOT r.unnamed
)
SELECT c.record_no,
       nz(c.s.uuid) AS native_id,
       utc(c.s.published) AS event_time,
       c.s.published AS event_time_raw,
       c.issuer,
       norm_id(c.t.id) AS account_id,
       norm_id(COALESCE(c.t.changeDetails."to".login, c.t.alternateId)) AS account_name,
       COALESCE(okta_operation(c.s.eventType), 'renamed') AS operation,
       norm_id(c.t.changeDetails."from".login) AS old_name,
       nz(c.s.actor.id) AS actor_id
FROM change AS c

-- The decision as it was told when it fell. It names the reviewer where a later revocation has overwritten him.
WITH event AS (
    SELECT r.record_no, r.s.event_id AS event_id, COALESCE(nz(r.s.event_type), nz(r.s.type)) AS kind,
           COALESCE(r.s.review_id, r.s.payload.review_id, r.s.event_payload.review_id) AS review_id,
           COALESCE(r.s.reviewer, r.s.payload.reviewer, r.s.event_payload.reviewer) AS reviewer,
           COALESCE(r.s.payload.occurred_at, r.s.event_payload.occurred_at, r.s.occurred_at) AS occurred_at
    FROM record AS r
)
SELECT e.record_no,
       e.review_id || '@' || spelt(utc(e.occurred_at)) AS native_id,
       utc(e.occurred_at) AS event_time,
       e.occurred_at AS event_time_raw,
       e.review_id AS approval_id,
       CASE e.kind WHEN 'access.jit_approved' THEN 'approved' WHEN 'access.jit_denied' THEN 'rejected'
            ELSE 'unknown' END AS status,
       CASE WHEN contains(e.reviewer, '@') THEN NULL ELSE nz(e.reviewer) END AS actor,
       CASE WHEN contains(e.reviewer, '@') THEN norm_id(e.reviewer) END AS actor_email,
       CASE WHEN contains(e.reviewer, '@') THEN 'person' WHEN nz(e.reviewer) IS NOT NULL THEN 'api_key' END AS actor_kind
FROM event AS e
WHERE nz(e.review_id) IS NOT NULL

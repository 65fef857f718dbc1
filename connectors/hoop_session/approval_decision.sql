-- One row per group of a review. With a minimum number of approvals, groups stay pending in an approved review.
--
-- A decision by an API key is automation. Lists of reviews always say forced_review = false, so only a session's own
-- review is believed there.
WITH review AS (
    SELECT r.record_no, r.s.review.id AS review_id, r.s.review.review_groups_data AS groups, true AS knows_forced
    FROM record AS r WHERE nz(r.s.review.id) IS NOT NULL AND r.s.start_date IS NOT NULL
    UNION ALL
    SELECT r.record_no, r.s.id, r.s.review_groups_data, false FROM record AS r WHERE r.s.start_date IS NULL
), entry AS (
    SELECT w.record_no, w.review_id, w.knows_forced, UNNEST(w.groups) AS g,
           generate_subscripts(w.groups, 1) - 1 AS ordinal
    FROM review AS w
)
SELECT e.record_no,
       e.review_id || '/' || COALESCE(nz(e.g.id), nz(e.g."group"), e.ordinal::VARCHAR) AS native_id,
       e.ordinal,
       utc(e.g.review_date) AS event_time,
       e.g.review_date AS event_time_raw,
       e.review_id AS approval_id,
       nz(e.g."group") AS group_name,
       CASE e.g.status WHEN 'PENDING' THEN 'pending' WHEN 'APPROVED' THEN 'approved' WHEN 'REJECTED' THEN 'rejected'
            WHEN 'REVOKED' THEN 'revoked' ELSE 'unknown' END AS status,
       nz(e.g.reviewed_by.id) AS actor,
       CASE WHEN contains(e.g.reviewed_by.email, '@') THEN norm_id(e.g.reviewed_by.email) END AS actor_email,
       CASE WHEN nz(e.g.reviewed_by.id) IS NULL AND nz(e.g.reviewed_by.email) IS NULL THEN NULL
            WHEN contains(COALESCE(e.g.reviewed_by.email, ''), '@') THEN 'person'
            ELSE 'api_key' END AS actor_kind,
       CASE WHEN e.g.forced_review = 'true' THEN true
            WHEN e.g.forced_review = 'false' AND e.knows_forced THEN false END AS forced,
       CASE WHEN nz(e.g.review_date) IS NOT NULL AND utc(e.g.review_date) IS NULL THEN 'bad_timestamp:review_date'
            END AS reject
FROM entry AS e

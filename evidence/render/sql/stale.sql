-- Requests of people who had lost a group that their token may still have carried, the longest after it first.
SELECT c.interaction_id, c.event_time, c.stale_entitlement_us, c.connection, coalesce(p.display_name, c.subject_email) AS who
FROM chain AS c
LEFT JOIN person AS p ON p.person_id = c.person_id
WHERE c.stale_entitlement_us IS NOT NULL
ORDER BY c.stale_entitlement_us DESC, c.interaction_id

-- Every sight of an alias on an account: directory snapshots, renames, sign-ins. A rename at t is two sights: the old
-- name just before t, the new one at t. A guest's user name x_y#ext#@tenant also stands for x@y (last underscore).
CREATE OR REPLACE TABLE w_alias_seen AS
WITH directory AS (
    SELECT lower(a.anchor) AS account_id, a.alias_type, a.issuer, a.alias, 'directory' AS origin,
           coalesce(a.event_time, a.observed_at) AS seen, a.valid_from, a.valid_to, a.basis
    FROM identity_alias AS a
    WHERE a.anchor_type = 'oid' AND a.basis <> 'declared' AND a.alias_type NOT IN ('oid', 'phone')
)
SELECT d.* FROM directory AS d
UNION ALL
SELECT d.account_id, 'email', d.issuer,
       regexp_replace(d.alias, '^(.+)_([^_]+)#ext#@.*$', '\1@\2'), 'guest_name', d.seen, d.valid_from, d.valid_to,
       d.basis
FROM directory AS d
WHERE d.alias_type = 'upn' AND regexp_matches(d.alias, '^.+_[^_]+#ext#@.*$')
UNION ALL
SELECT lower(e.account_id), 'upn', e.issuer, e.old_name, 'directory', plus_us(e.event_time, -1), NULL, NULL, 'event'
FROM account_event AS e WHERE e.operation = 'renamed' AND e.old_name IS NOT NULL
UNION ALL
SELECT lower(e.account_id), 'upn', e.issuer, e.account_name, 'directory', e.event_time, NULL, NULL, 'event'
FROM account_event AS e WHERE e.operation = 'renamed' AND e.account_name IS NOT NULL
UNION ALL
SELECT lower(e.account_id), 'upn', e.issuer, e.account_name, 'account_event', e.event_time, NULL, NULL, 'event'
FROM account_event AS e WHERE e.operation <> 'renamed' AND e.account_name IS NOT NULL
UNION ALL
SELECT n.account_id, 'upn', n.issuer, n.subject_name, 'sign_in', n.first_seen, NULL, NULL, 'event'
FROM w_sign_in_name AS n WHERE n.subject_name IS NOT NULL
UNION ALL
SELECT n.account_id, 'upn', n.issuer, n.subject_name, 'sign_in', n.last_seen, NULL, NULL, 'event'
FROM w_sign_in_name AS n WHERE n.subject_name IS NOT NULL;

-- Caller class before any join, the first that applies: declared in the configuration (a rule for this source before
-- one for all); a machine session; a key where the gateway says so; nobody; a subject with an address came with a
-- token of the identity provider; a name without an address is how gateways show a key; the rest is unknown, and so is
-- who asked where the record that would tell is missing. A key of
-- which the gateway itself names the owner (`own_key`) is that person's, as if it had been declared.
CREATE OR REPLACE TABLE w_caller AS
WITH named AS (
    SELECT x.x_no, c.source_id, c.subject, c.caller_class, c.owner_alias
    FROM w_x AS x INNER JOIN cfg_caller AS c ON lower(c.subject) = x.subject AND c.source_id IN (x.source_id, '*')
    UNION ALL
    SELECT x.x_no, c.source_id, c.subject, c.caller_class, c.owner_alias
    FROM w_x AS x INNER JOIN cfg_caller AS c ON lower(c.subject) = x.subject_email AND c.source_id IN (x.source_id, '*')
    UNION ALL
    SELECT x.x_no, c.source_id, c.subject, c.caller_class, c.owner_alias
    FROM w_x AS x
    INNER JOIN cfg_caller AS c ON lower(c.subject) = lower(x.credential_id) AND c.source_id IN (x.source_id, '*')
), declared AS (
    SELECT n.x_no, n.caller_class, n.owner_alias,
           row_number() OVER (PARTITION BY n.x_no ORDER BY n.source_id = '*', n.subject, n.caller_class) AS nth
    FROM named AS n
)
SELECT x.x_no, d.owner_alias, d.caller_class IS NULL AND x.identity_type = 'personal_key' AS own_key,
       CASE WHEN d.caller_class IS NOT NULL THEN d.caller_class
            WHEN x.identity_type = 'machine' OR x.session_kind = 'machine' THEN 'service_principal'
            WHEN x.identity_type = 'agent' THEN 'unknown'
            WHEN x.identity_type = 'api_key' THEN 'shared_key'
            WHEN x.identity_type = 'personal_key' THEN 'personal_key'
            WHEN x.identity_type = 'elsewhere' THEN 'unknown'
            WHEN x.subject IS NULL AND x.subject_email IS NULL THEN
                CASE WHEN x.credential_id IS NULL THEN 'unauthenticated' ELSE 'shared_key' END
            WHEN x.subject_email LIKE '%@%' OR x.subject LIKE '%@%' THEN 'human_token'
            WHEN x.subject_email IS NOT NULL OR x.credential_id IS NOT NULL THEN 'shared_key'
            WHEN a.alias IS NOT NULL THEN 'human_token'
            ELSE 'unknown' END AS caller_class
FROM w_x AS x
LEFT JOIN declared AS d ON d.x_no = x.x_no AND d.nth = 1
LEFT JOIN (SELECT DISTINCT w.alias FROM w_alias AS w WHERE w.alias_class = 'subject') AS a ON a.alias = x.subject;

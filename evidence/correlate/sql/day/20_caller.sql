-- Caller class before any join, the first that applies: declared in the configuration (a rule for this source before
-- one for all); a machine session; a key where the gateway says so; nobody; a subject with an address came with a
-- token of the identity provider; a name without an address is how gateways show a key; the rest is unknown.
CREATE OR REPLACE TABLE w_caller AS
WITH name AS (
    SELECT x.interaction_id, x.source_id, x.subject AS alias FROM w_x AS x WHERE x.subject IS NOT NULL
    UNION
    SELECT x.interaction_id, x.source_id, x.subject_email FROM w_x AS x WHERE x.subject_email IS NOT NULL
    UNION
    SELECT x.interaction_id, x.source_id, lower(x.credential_id) FROM w_x AS x WHERE x.credential_id IS NOT NULL
), declared AS (
    SELECT n.interaction_id, c.caller_class, c.owner_alias,
           row_number() OVER (PARTITION BY n.interaction_id
                              ORDER BY c.source_id = '*', c.subject, c.caller_class) AS nth
    FROM name AS n
    INNER JOIN cfg_caller AS c ON lower(c.subject) = n.alias AND c.source_id IN (n.source_id, '*')
)
SELECT x.interaction_id, d.owner_alias,
       CASE WHEN d.caller_class IS NOT NULL THEN d.caller_class
            WHEN x.identity_type = 'machine' OR x.session_kind = 'machine' THEN 'service_principal'
            WHEN x.identity_type = 'agent' THEN 'unknown'
            WHEN x.identity_type = 'api_key' THEN 'shared_key'
            WHEN x.subject IS NULL AND x.subject_email IS NULL THEN
                CASE WHEN x.credential_id IS NULL THEN 'unauthenticated' ELSE 'shared_key' END
            WHEN x.subject_email LIKE '%@%' OR x.subject LIKE '%@%' THEN 'human_token'
            WHEN x.subject_email IS NOT NULL OR x.credential_id IS NOT NULL THEN 'shared_key'
            WHEN a.alias IS NOT NULL THEN 'human_token'
            ELSE 'unknown' END AS caller_class
FROM w_x AS x
LEFT JOIN declared AS d ON d.interaction_id = x.interaction_id AND d.nth = 1
LEFT JOIN (SELECT DISTINCT w.alias FROM w_alias AS w WHERE w.alias_class = 'subject') AS a ON a.alias = x.subject;

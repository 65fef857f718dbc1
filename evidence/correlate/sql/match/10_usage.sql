-- Usage rows that reach into the period, each with the scope rule that fits first, and the persons its alias could
-- mean in its interval (user ids outrank names; an alias of another issuer counts only if none of its own fits).
CREATE OR REPLACE TABLE w_usage AS
WITH inside AS (
    SELECT u.*, coalesce(u.end_time, plus_us(u.event_time, 1)) AS until,
           coalesce(u.final_at, plus_us(coalesce(u.end_time, u.event_time), coalesce(s.settling_us, 0))) AS settled_at,
           coalesce(s.skew_us, p.skew_us) AS skew_us, p.reference_time, p.period_from, p.period_to,
           u.source_id || chr(31) || u.native_id || chr(31) || u.ordinal AS usage_key
    FROM usage AS u
    CROSS JOIN param AS p
    LEFT JOIN cfg_source AS s ON s.source_id = u.source_id
    WHERE u.event_time < p.period_to AND coalesce(u.end_time, plus_us(u.event_time, 1)) > p.period_from
), scoped AS (
    SELECT i.usage_key, c.rule, row_number() OVER (PARTITION BY i.usage_key ORDER BY c.rank, c.rule) AS nth
    FROM inside AS i
    INNER JOIN cfg_scope AS c ON c.source_id IN (i.source_id, '*') AND i.surface LIKE c.surface
), hit AS (
    SELECT i.usage_key, a.person_id,
           min(CASE WHEN a.issuer = '' OR i.user_issuer IS NULL OR a.issuer = i.user_issuer THEN 0
               ELSE 1 END) AS foreign_issuer
    FROM inside AS i
    INNER JOIN w_alias AS a
        ON a.alias_class = alias_class(i.user_alias_type) AND a.alias = i.user_alias
        AND a.valid_from < i.until AND a.valid_to > i.event_time
    GROUP BY i.usage_key, a.person_id
), ranked AS (
    SELECT h.*, rank() OVER (PARTITION BY h.usage_key ORDER BY h.foreign_issuer) AS place FROM hit AS h
), person_of AS (
    SELECT r.usage_key, count(*) AS persons, min(r.person_id) AS person_id
    FROM ranked AS r WHERE r.place = 1 GROUP BY r.usage_key
)
SELECT i.*, coalesce(c.rule, 'undeclared') AS scope_rule, coalesce(o.persons, 0) AS persons,
       CASE WHEN o.persons = 1 THEN o.person_id END AS person_id
FROM inside AS i
LEFT JOIN scoped AS c ON c.usage_key = i.usage_key AND c.nth = 1
LEFT JOIN person_of AS o ON o.usage_key = i.usage_key;

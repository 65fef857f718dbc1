-- Persons that the caller's names could mean at that instant: user id (1) before address (2); the declared owner for a
-- personal key or an agent (1). Within the clock tolerance of an edge an alias counts only if none holds exactly. place
-- is the order of preference: strength, then held exactly, then an issuer of its own.
CREATE OR REPLACE TABLE w_identity_candidate AS
WITH term AS (
    SELECT x.x_no, x.event_time, x.issuer, x.skew_us, 1 AS strength, 'subject' AS alias_class, x.subject AS alias
    FROM w_x AS x INNER JOIN w_caller AS c ON c.x_no = x.x_no
    WHERE x.subject IS NOT NULL AND (c.caller_class IN ('human_token', 'unknown') OR c.own_key)
    UNION ALL
    SELECT x.x_no, x.event_time, x.issuer, x.skew_us, 2, 'name',
           CASE WHEN x.subject_email LIKE '%@%' THEN x.subject_email ELSE x.subject END
    FROM w_x AS x INNER JOIN w_caller AS c ON c.x_no = x.x_no
    WHERE c.caller_class IN ('human_token', 'unknown') OR c.own_key
    UNION ALL
    SELECT x.x_no, x.event_time, x.issuer, x.skew_us, 1, 'name', c.owner_alias
    FROM w_x AS x INNER JOIN w_caller AS c ON c.x_no = x.x_no
    WHERE c.caller_class IN ('personal_key', 'human_via_agent')
), hit AS (
    SELECT t.x_no, t.strength, a.person_no, a.person_id, a.alias_type, a.account_id,
           CASE WHEN a.valid_from <= t.event_time AND a.valid_to > t.event_time THEN 0 ELSE 1 END AS inexact,
           CASE WHEN a.alias_type IN ('oid', 'upn', 'email') OR a.issuer = '' OR t.issuer IS NULL OR a.issuer = t.issuer
                THEN 0 ELSE 1 END AS foreign_issuer
    FROM term AS t
    INNER JOIN w_alias AS a
        ON a.alias_class = t.alias_class AND a.alias = t.alias
        AND plus_us(a.valid_from, -t.skew_us) <= t.event_time AND plus_us(a.valid_to, t.skew_us) > t.event_time
)
SELECT h.x_no, h.strength, h.person_no, min(h.person_id) AS person_id, min(h.inexact) AS inexact,
       h.strength * 4 + min(h.inexact) * 2 + min(h.foreign_issuer) AS place,
       min(h.alias_type) AS alias_type, min(h.account_id) AS account_id, count(DISTINCT h.account_id) AS accounts
FROM hit AS h
GROUP BY h.x_no, h.strength, h.person_no;

-- Ambiguity is an answer: several persons behind the strongest name that means anybody leave the caller ambiguous, none
-- leaves him unresolved. A person of the directory that is a service or shared mailbox makes the caller that class.
CREATE OR REPLACE TABLE w_identity AS
WITH best AS (
    SELECT c.*, rank() OVER (PARTITION BY c.interaction_id
                             ORDER BY c.strength, c.inexact, c.foreign_issuer) AS place
    FROM w_identity_candidate AS c
), folded AS (
    SELECT b.interaction_id, count(*) AS persons, min(b.person_id) AS person_id, min(b.alias_type) AS alias_type,
           min(b.account_id) AS account_id, max(b.accounts) AS accounts
    FROM best AS b WHERE b.place = 1
    GROUP BY b.interaction_id
), classed AS (
    SELECT c.interaction_id, f.alias_type, f.accounts, coalesce(f.persons, 0) AS persons, f.account_id,
           CASE WHEN f.persons = 1 THEN f.person_id END AS person_id,
           CASE WHEN f.persons = 1 AND p.person_kind = 'service' THEN 'service_principal'
                WHEN f.persons = 1 AND p.person_kind = 'shared' THEN 'shared_key'
                ELSE c.caller_class END AS caller_class
    FROM w_caller AS c
    LEFT JOIN folded AS f ON f.interaction_id = c.interaction_id
    LEFT JOIN person AS p ON p.person_id = f.person_id
)
SELECT k.interaction_id, k.caller_class, k.persons AS candidates,
       CASE WHEN k.caller_class IN ('service_principal', 'shared_key', 'unauthenticated') THEN 'not_a_person'
            WHEN k.persons = 1 THEN 'resolved' WHEN k.persons > 1 THEN 'ambiguous' ELSE 'unresolved'
                END AS identity_state,
       CASE WHEN k.caller_class NOT IN ('service_principal', 'shared_key', 'unauthenticated') THEN k.person_id
           END AS person_id,
       k.alias_type AS identity_method, CASE WHEN k.persons = 1 AND k.accounts = 1 THEN k.account_id END AS account_id
FROM classed AS k;

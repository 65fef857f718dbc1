-- Ambiguity is an answer: several persons behind the strongest name that means anybody leave the caller ambiguous, none
-- leaves him unresolved. A person of the directory that is a service or shared mailbox makes the caller that class.
CREATE OR REPLACE TABLE w_identity AS
WITH best AS (
    SELECT c.x_no, min(c.place) AS place FROM w_identity_candidate AS c GROUP BY c.x_no
), folded AS (
    SELECT c.x_no, count(*) AS persons, min(c.person_no) AS person_no, min(c.alias_type) AS alias_type,
           min(c.account_id) AS account_id, max(c.accounts) AS accounts
    FROM w_identity_candidate AS c
    INNER JOIN best AS b ON b.x_no = c.x_no AND b.place = c.place
    GROUP BY c.x_no
), classed AS (
    SELECT c.x_no, f.alias_type, f.accounts, coalesce(f.persons, 0) AS persons, f.account_id,
           CASE WHEN f.persons = 1 THEN f.person_no END AS person_no, p.person_id,
           CASE WHEN f.persons = 1 AND p.person_kind = 'service' THEN 'service_principal'
                WHEN f.persons = 1 AND p.person_kind = 'shared' THEN 'shared_key'
                ELSE c.caller_class END AS caller_class
    FROM w_caller AS c
    LEFT JOIN folded AS f ON f.x_no = c.x_no
    LEFT JOIN w_person AS p ON p.person_no = f.person_no
), stated AS (
    SELECT k.*, CASE WHEN k.caller_class IN ('service_principal', 'shared_key', 'unauthenticated') THEN 'not_a_person'
                     WHEN k.persons = 1 THEN 'resolved' WHEN k.persons > 1 THEN 'ambiguous'
                     ELSE 'unresolved' END AS identity_state
    FROM classed AS k
)
SELECT s.x_no, s.caller_class, s.persons AS candidates, s.identity_state, s.alias_type AS identity_method,
       CASE WHEN s.identity_state = 'resolved' THEN s.person_id END AS person_id,
       CASE WHEN s.identity_state = 'resolved' THEN s.person_no END AS person_no,
       s.identity_state = 'resolved' AND s.caller_class IN ('human_token', 'human_via_agent') AS signs_in,
       CASE WHEN s.persons = 1 AND s.accounts = 1 THEN s.account_id END AS account_id
FROM stated AS s;

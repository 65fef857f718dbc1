-- Persons by number: what millions of rows are joined by, since ids of persons are long. No result shows the number.
CREATE OR REPLACE TABLE w_person AS
SELECT p.person_id, p.person_kind, row_number() OVER (ORDER BY p.person_id) AS person_no FROM person AS p;

-- The same states by the number of the person, for the daily models.
CREATE OR REPLACE TABLE w_account_held AS
SELECT p.person_no, a.account_id, a.state, a.valid_from, a.valid_to, a.basis
FROM account_interval AS a INNER JOIN w_person AS p ON p.person_id = a.person_id;

-- Some logs keep the steps of a sign-in apart from it: rows of the same event in the same source that name nobody. What
-- one of them shows of a second factor holds for the event.
CREATE OR REPLACE TABLE w_step AS
SELECT s.source_id, s.native_id, min(s.mfa_basis) AS mfa_basis
FROM sign_in AS s
WHERE s.outcome = 'success' AND s.mfa_state = 'yes' AND s.subject IS NULL AND s.subject_name IS NULL AND s.ordinal > 0
GROUP BY s.source_id, s.native_id;
CREATE OR REPLACE VIEW w_stepped AS
SELECT s.* EXCLUDE (mfa_state, mfa_basis),
       CASE WHEN t.native_id IS NULL THEN s.mfa_state ELSE 'yes' END AS mfa_state,
       CASE WHEN t.native_id IS NULL OR s.mfa_state = 'yes' THEN s.mfa_basis ELSE t.mfa_basis END AS mfa_basis
FROM sign_in AS s
LEFT JOIN w_step AS t ON t.source_id = s.source_id AND t.native_id = s.native_id;

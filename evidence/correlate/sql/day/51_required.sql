-- Whether policy wants an approval for the risk found, and the longest window it accepts. No policy row: nothing is
-- wanted.
CREATE OR REPLACE TABLE w_required AS
SELECT r.x_no, r.risk_level, r.risk_basis, coalesce(c.required, FALSE) AS approval_required, c.max_window_us
FROM w_risk AS r
LEFT JOIN (
    SELECT a.risk, max(CASE WHEN a.required THEN 1 ELSE 0 END) = 1 AS required, max(a.max_window_us) AS max_window_us
    FROM cfg_approval AS a GROUP BY a.risk
) AS c ON c.risk = r.risk_level;

-- Interactions by how well a sign-in corroborates them, with the reason why no better.
SELECT sign_in_tier AS tier, sign_in_reason AS reason, gateway_validated, count(*) AS interactions
FROM chain
GROUP BY sign_in_tier, sign_in_reason, gateway_validated
ORDER BY
    CASE sign_in_tier WHEN 'T1' THEN 1 WHEN 'T1b' THEN 2 WHEN 'T2' THEN 3 WHEN 'T3' THEN 4 WHEN 'T4' THEN 5
         WHEN 'T5' THEN 6 WHEN 'T-A' THEN 7 ELSE 8 END, gateway_validated DESC, interactions DESC, reason

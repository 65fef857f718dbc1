-- Addresses from which many people sign in (an office's way out, a VPN) say nothing about who: no tier T3 on them.
CREATE OR REPLACE TABLE w_shared_ip AS
SELECT s.ip
FROM sign_in AS s
WHERE s.ip IS NOT NULL AND s.outcome = 'success' AND s.subject IS NOT NULL
GROUP BY s.ip
HAVING count(DISTINCT lower(s.subject)) > 10;

-- Networks from which many people sign in (an office's way out, a VPN) say nothing about who: no tier T3 on them. Only
-- those from which requests came are looked at.
CREATE OR REPLACE TABLE w_shared_net AS
WITH asked AS (
    SELECT DISTINCT ip_net(x.client_ip) AS net FROM exchange AS x WHERE x.client_ip IS NOT NULL
)
SELECT q.net
FROM sign_in AS s
INNER JOIN asked AS q ON q.net = ip_net(s.ip)
WHERE s.outcome = 'success' AND s.subject IS NOT NULL
GROUP BY q.net
HAVING count(DISTINCT lower(s.subject)) > 10;

-- T3: same person, same address (whole for IPv4, the first 64 bits for IPv6, none that many people share),
-- authenticated within the token's life before the request. T4: the same without the address. The life is what the
-- token claims, else the configured one; an authentication later than the tolerance after the request never counts.
CREATE OR REPLACE TABLE w_by_time AS
WITH asked AS (
    SELECT x.interaction_id, x.event_time, x.client_ip, i.person_id, x.skew_us,
           regexp_extract(x.client_ip, '^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+:[0-9a-f]+):', 1) AS net,
           least(coalesce(us_from_to(x.token_issued_at, x.token_expires_at), p.token_life_us),
               p.token_life_us) AS life_us,
           greatest(p.token_life_us, 1) AS bucket_us
    FROM w_x AS x
    INNER JOIN w_identity AS i ON i.interaction_id = x.interaction_id
    CROSS JOIN param AS p
    WHERE i.person_id IS NOT NULL AND i.caller_class IN ('human_token', 'human_via_agent')
), spread AS (
    SELECT q.*, epoch_us(q.event_time) // q.bucket_us + n.step AS bucket
    FROM asked AS q CROSS JOIN (VALUES (-1), (0), (1)) AS n (step)
), hit AS (
    SELECT q.interaction_id, s.* EXCLUDE (bucket, idp_skew_us, token_id),
           s.ip = q.client_ip OR s.ip LIKE q.net || ':%' AND q.net <> '' AS same_ip
    FROM spread AS q
    INNER JOIN w_auth_day AS s ON s.person_id = q.person_id AND s.bucket = q.bucket
    WHERE us_from_to(s.event_time, q.event_time) <= q.life_us
      AND us_from_to(q.event_time, s.event_time) <= greatest(q.skew_us, s.idp_skew_us)
)
SELECT h.interaction_id,
       CASE WHEN h.same_ip AND d.ip IS NULL THEN 4 ELSE 5 END AS tier_rank,
       CASE WHEN h.same_ip AND d.ip IS NULL THEN 'T3' ELSE 'T4' END AS tier,
       CASE WHEN h.same_ip AND d.ip IS NULL THEN 'same_person_and_address'
            WHEN h.same_ip THEN 'address_is_shared' ELSE 'same_person_in_token_life' END AS reason,
       h.source_id, h.native_id, h.ordinal, h.locator, h.event_time, h.issuer, h.session_id, h.ip, h.interactive,
       h.mfa_state, h.mfa_basis, h.ca_status, h.country, h.device_managed, h.person_id, h.session_key
FROM hit AS h
LEFT JOIN w_shared_ip AS d ON d.ip = h.ip;

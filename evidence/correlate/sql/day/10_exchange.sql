-- The exchanges of one UTC day with what their session says where they say nothing themselves. Those whose uncertainty
-- reaches over an edge of the period are kept and marked boundary. (Population: forwarded, denied and blocked alike.)
-- x_no is a number to join by within these days, since ids are long; no result depends on it.
CREATE OR REPLACE TABLE w_x AS
SELECT row_number() OVER () AS x_no, interaction_id(x.source_id, x.native_id) AS interaction_id,
       x.source_id, x.native_id, x.locator, x.event_time,
       coalesce(x.time_uncertainty_us, 0) AS unsure_us, x.response_time, x.session_id, x.route, x.model, x.status_code,
       coalesce(x.connection, s.connection) AS connection,
       lower(coalesce(x.subject, s.subject)) AS subject, coalesce(x.subject, s.subject) AS subject_said,
       coalesce(x.subject_email, s.subject_email) AS subject_email,
       CASE WHEN x.identity_type = 'elsewhere' AND s.native_id IS NOT NULL THEN s.identity_type
            ELSE coalesce(x.identity_type, s.identity_type) END AS identity_type,
       x.credential_id, s.session_kind, x.client_ip,
       x.token_id, x.token_issued_at, x.token_expires_at, x.token_auth_time, x.idp_session_id, x.pairing, x.outcome,
       x.blocked_by, coalesce(x.truncated, FALSE) AS truncated, x.risk_level AS gateway_risk, x.prompt_sha256,
       x.prompt_norm_sha256, x.prompt_bytes, x.response_sha256, x.response_bytes, x.provider_request_id,
       s.locator AS session_locator, s.parent_session, coalesce(s.standing, FALSE) AS standing, s.ticket,
       s.correlation_id AS session_correlation, x.correlation_id,
       x.claimed_groups, c.issuer, coalesce(c.skew_us, p.skew_us) AS skew_us,
       CASE WHEN plus_us(x.event_time, -coalesce(x.time_uncertainty_us, 0)) >= p.period_from
                 AND plus_us(x.event_time, coalesce(x.time_uncertainty_us, 0)) < p.period_to
            THEN 'inside' ELSE 'boundary' END AS in_period
FROM exchange AS x
CROSS JOIN param AS p
LEFT JOIN session AS s ON s.source_id = x.source_id AND s.native_id = x.session_id
LEFT JOIN cfg_source AS c ON c.source_id = x.source_id
WHERE x.event_time >= day_from() AND x.event_time < day_to()
  AND plus_us(x.event_time, coalesce(x.time_uncertainty_us, 0)) >= p.period_from
  AND plus_us(x.event_time, -coalesce(x.time_uncertainty_us, 0)) < p.period_to;

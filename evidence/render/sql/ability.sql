-- What the sources of this company can show, and what no record of theirs can: codes, with how many it concerns.
WITH there AS (
    SELECT
        (SELECT count(*) FROM cfg_source WHERE role = 'gateway') AS gateways,
        (SELECT count(DISTINCT source_id) FROM coverage WHERE stream = 'exchange' AND records > 0) AS speaking,
        (SELECT count(DISTINCT source_id) FROM cfg_capability WHERE capability = 'sign_in') AS providers,
        (SELECT count(DISTINCT source_id) FROM cfg_capability
            WHERE capability IN ('usage_request', 'usage_user_day')) AS vendors,
        (SELECT count(*) FROM chain WHERE interaction_kind <> 'usage_request') AS interactions,
        (SELECT count(*) FROM chain WHERE interaction_kind <> 'usage_request'
            AND sign_in_tier IN ('T1', 'T1b', 'T2')) AS identified,
        (SELECT count(*) FROM chain WHERE interaction_kind <> 'usage_request'
            AND sign_in_tier IN ('T3', 'T4')) AS plausible,
        (SELECT count(*) FROM reconciliation WHERE scope_rule = 'native_allowed') AS native_rows
)
SELECT code, number FROM (
    SELECT 1 AS place, 'no_gateway' AS code, gateways AS number FROM there WHERE speaking = 0
    UNION ALL SELECT 2, 'one_gateway', interactions FROM there WHERE speaking = 1
    UNION ALL SELECT 3, 'several_gateways', speaking FROM there WHERE speaking > 1
    UNION ALL SELECT 4, 'native', native_rows FROM there WHERE native_rows > 0
    UNION ALL SELECT 5, 'no_provider', interactions FROM there WHERE providers = 0
    UNION ALL SELECT 6, 'identified', identified FROM there WHERE identified > 0
    UNION ALL SELECT 7, 'plausible', plausible FROM there WHERE plausible > 0
    UNION ALL SELECT 8, 'no_vendor', interactions FROM there WHERE vendors = 0
) AS told
ORDER BY place

-- The period and the tolerances in force.
SELECT organisation, period, zone, period_from, period_to, reference_time, skew_us, token_life_us, session_max_us, ceremony_us
FROM param

-- What the admin center shows in its downloads. "None" is how it writes that there is nothing.
CREATE MACRO entra_shown(t) AS NULLIF(nz(trim(t)), 'None');
-- A text that a spreadsheet would take for a formula is guarded by an apostrophe; token ids may begin with a hyphen.
CREATE MACRO entra_unguarded(t) AS regexp_replace(t, '^''([-+=@])', '\1');
-- A success bears no error code, or 0. Where another status bears none, the status says all that is known.
CREATE MACRO entra_shown_code(code, status) AS CASE lower(entra_shown(status))
    WHEN 'success' THEN COALESCE(entra_shown(code), '0')
    WHEN 'failure' THEN NULLIF(entra_shown(code), '0')
    WHEN 'interrupted' THEN NULLIF(entra_shown(code), '0') ELSE entra_shown(code) END;
CREATE MACRO entra_shown_outcome(code, status) AS CASE
    WHEN code IS NULL AND lower(entra_shown(status)) IN ('failure', 'interrupted') THEN lower(entra_shown(status))
    ELSE entra_outcome(code) END;
-- Words as other exports write them: "Multifactor authentication" is multiFactorAuthentication, "Not applied" notApplied.
CREATE MACRO entra_shown_requirement(t) AS CASE lower(replace(replace(entra_shown(t), ' ', ''), '-', ''))
    WHEN 'multifactorauthentication' THEN 'multiFactorAuthentication'
    WHEN 'singlefactorauthentication' THEN 'singleFactorAuthentication' ELSE entra_shown(t) END;
CREATE MACRO entra_shown_policy(t) AS CASE lower(replace(entra_shown(t), ' ', ''))
    WHEN 'success' THEN 'success' WHEN 'failure' THEN 'failure' WHEN 'notapplied' THEN 'notApplied' ELSE entra_shown(t) END;
-- A place is "City, State, CC".
CREATE MACRO entra_shown_country(t) AS nz(regexp_extract(t, '(?:^|,)\s*([A-Z]{2})\s*$', 1));

-- What a record is about; NULL: nothing that a relation asks for.
CREATE MACRO duo_kind(s) AS CASE
    WHEN s.context IS NOT NULL AND s.result IS NULL THEN 'telephony'
    WHEN s.action IN ('admin_login', 'admin_login_error', 'admin_2fa_error') THEN 'admin_sign_in'
    WHEN s.action LIKE 'o2fa\_%' ESCAPE '\' OR s.event_type = 'enrollment' THEN 'enrolment'
    WHEN s.action = 'admin_lockout' THEN NULL
    WHEN s.action IS NOT NULL THEN 'deed'
    WHEN s.result IS NOT NULL THEN 'sign_in' END;
-- Reasons for which Duo lets somebody in without asking for a factor.
CREATE MACRO duo_unasked(reason) AS COALESCE(regexp_matches(lower(reason), '^(bypass|allow|trusted)'), false);
CREATE MACRO duo_remembered(factor, reason) AS COALESCE(contains(lower(concat_ws(' ', factor, reason)), 'remembered'), false);
CREATE MACRO duo_factor(t) AS NULLIF(NULLIF(lower(replace(nz(t), ' ', '_')), 'n/a'), 'not_available');
-- The last word of an action that says what was done: user_update, admin_reset_password, log_export_create.
CREATE MACRO duo_action(action) AS COALESCE(list_filter(list_transform(string_split(action, '_'), lambda w: action_of(w)),
    lambda a: a <> 'other')[-1], 'other');

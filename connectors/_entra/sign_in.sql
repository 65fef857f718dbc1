-- What the shapes of a Microsoft Entra sign-in share: `details` are its authentication steps, `code` its error code.

-- The token id is a GUID: base64url of its 16 bytes (little-endian), in old records base64 of its text.
CREATE MACRO entra_hex(t) AS hex(TRY(from_base64(
    rpad(replace(replace(t, '-', '+'), '_', '/'), 4 * ((length(t) + 3) // 4)::INTEGER, '='))));
CREATE MACRO entra_token_id(h, t) AS lower(CASE length(h)
    WHEN 32 THEN concat_ws('-', substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2),
                           substr(h, 11, 2) || substr(h, 9, 2), substr(h, 15, 2) || substr(h, 13, 2),
                           substr(h, 17, 4), substr(h, 21, 12))
    WHEN 72 THEN TRY(decode(unhex(h))) ELSE nz(t) END);

-- Success is error code 0. 50074, 50076 and 50079 demand a further step; 50097, 50140 and 50158 interrupt without
-- refusing.
CREATE MACRO entra_ok(code) AS COALESCE(code IN ('0', 'Success'), false);
CREATE MACRO entra_outcome(code) AS CASE
    WHEN entra_ok(code) THEN 'success'
    WHEN code IN ('50074', '50076', '50079') THEN 'challenge'
    WHEN code IN ('50097', '50140', '50158') THEN 'interrupted'
    WHEN code IS NULL THEN 'unknown' ELSE 'failure' END;
CREATE MACRO entra_event_kind(interactive_log, token_type) AS CASE
    WHEN interactive_log THEN 'authn' WHEN lower(token_type) LIKE '%refreshtoken%' THEN 'refresh' ELSE 'token_issue' END;

-- MFA: a successful sign-in with a step other than the password, with the words that MFA was completed or satisfied, or
-- under the multi-factor requirement. Without the requirement, single-factor is only said of interactive sign-ins.
CREATE MACRO entra_words(additional, details) AS concat_ws('; ', nz(additional), array_to_string(
    list_transform(details, lambda d: d.authenticationStepResultDetail), '; '));
CREATE MACRO entra_factors(details) AS list_filter(details, lambda d: d.succeeded = 'true' AND COALESCE(
    lower(d.authenticationMethod), '') NOT IN ('', 'password', 'previously satisfied', 'federated'));
CREATE MACRO entra_mfa_words(words) AS regexp_matches(words, 'MFA (requirement satisfied|completed)', 'i');
CREATE MACRO entra_mfa_state(said, factors, words, requirement, interactive_log) AS CASE
    WHEN NOT said THEN 'unknown'
    WHEN len(factors) > 0 OR entra_mfa_words(words) OR requirement = 'multiFactorAuthentication' THEN 'yes'
    WHEN requirement = 'singleFactorAuthentication' AND interactive_log THEN 'no' ELSE 'unknown' END;
CREATE MACRO entra_mfa_basis(factors, words, requirement) AS CASE
    WHEN len(factors) > 0 THEN 'event: ' || factors[1].authenticationMethod
    WHEN entra_mfa_words(words) THEN CASE WHEN regexp_matches(words, 'MFA requirement satisfied', 'i')
                                          THEN 'inherited: ' ELSE 'event: ' END || words
    ELSE 'requirement: ' || nz(requirement) END;

CREATE MACRO entra_managed(managed, compliant) AS CASE
    WHEN 'true' IN (lower(managed), lower(compliant)) THEN true
    WHEN 'false' IN (lower(managed), lower(compliant)) THEN false END;

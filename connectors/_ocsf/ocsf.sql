-- What the classes share. time is in milliseconds, in some mappings in seconds; time_dt, of the profile datetime, goes first.
CREATE MACRO ocsf_said_at(s) AS COALESCE(nz(s.time_dt), nz(s.time));
CREATE MACRO ocsf_at(s) AS COALESCE(utc(nz(s.time_dt)), naive_utc(nz(s.time_dt)), TRY(make_timestamp(CASE
    WHEN TRY_CAST(s.time AS BIGINT) < 100000000000 THEN 1000000 ELSE 1000 END * TRY_CAST(s.time AS BIGINT))));
CREATE MACRO ocsf_wrong(s) AS CASE WHEN ocsf_at(s) IS NULL THEN 'bad_timestamp:time' END;
CREATE MACRO ocsf_issuer(s, u, otherwise) AS COALESCE(nz(s.metadata.tenant_uid), nz(u.org.uid), otherwise,
    nz(s.metadata.product.vendor_name), nz(s.metadata.product.name), '-');
CREATE MACRO ocsf_name(u) AS norm_id(COALESCE(nz(u.email_addr), nz(u.name)));
CREATE MACRO ocsf_id(u) AS COALESCE(nz(u.uid), ocsf_name(u));
CREATE MACRO ocsf_kind(u) AS CASE WHEN u.type_id IN ('1', '2') THEN 'person' WHEN u.type_id IN ('3', '4') THEN 'service' ELSE 'unknown' END;
CREATE MACRO ocsf_outcome(s) AS CASE WHEN s.status_id = '1' OR lower(s.status) = 'success' THEN 'success'
    WHEN s.status_id = '2' OR lower(s.status) = 'failure' THEN 'failure' ELSE 'unknown' END;
-- What became of an account: Account Change and User Management number their activities each in its own way. An update
-- is a change of the account where it gives another name to the same user.
CREATE MACRO ocsf_change(s) AS CASE s.class_uid || '/' || s.activity_id
    WHEN '3001/1' THEN 'created' WHEN '3001/2' THEN 'enabled' WHEN '3001/5' THEN 'disabled' WHEN '3001/6' THEN 'deleted'
    WHEN '3007/1' THEN 'created' WHEN '3007/4' THEN 'enabled' WHEN '3007/5' THEN 'disabled' WHEN '3007/3' THEN 'deleted'
    WHEN '3007/2' THEN CASE WHEN nz(s."user".uid) IS NOT NULL AND ocsf_name(s.updated_user) <> ocsf_name(s."user")
        AND COALESCE(nz(s.updated_user.uid), s."user".uid) = s."user".uid THEN 'renamed' END END;
-- What was given to somebody, or taken away: roles, policies and privileges, by id or else by name.
CREATE MACRO ocsf_given(s) AS nz(array_to_string(list_sort(list_distinct(list_concat(
    list_transform(list_concat([s.iam_role, s.policy], COALESCE(s.iam_roles, []), COALESCE(s.policies, [])),
                   lambda o: COALESCE(nz(o.uid), nz(o.name))), COALESCE(s.privileges, [])))), ','));
CREATE MACRO ocsf_of_member(s) AS COALESCE(s.activity_id IN ('3', '4', '7', '8'), false);

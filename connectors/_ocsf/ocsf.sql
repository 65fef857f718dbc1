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
CREATE MACRO ocsf_change(s) AS CASE s.activity_id WHEN '1' THEN 'created' WHEN '2' THEN 'enabled' WHEN '5' THEN 'disabled'
    WHEN '6' THEN 'deleted' END;
CREATE MACRO ocsf_of_member(s) AS COALESCE(s.activity_id IN ('3', '4', '7', '8'), false);

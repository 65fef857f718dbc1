-- One row per line. A person is named by an alias that the directory knows too: an address or user name, or anchor_type
-- and anchor. Days without a time of day begin at 00:00 UTC; valid_to is the first instant that is outside. An alias
-- that a list gives to several is a row for each of them: a newer list that gives it to another replaces the older row,
-- while two lines of one list both stand.
WITH line AS (
    SELECT r.record_no, r.s, r.issuer,
           COALESCE(utc(r.s.valid_from), naive_utc(nz(r.s.valid_from))) AS valid_from,
           COALESCE(utc(r.s.valid_to), naive_utc(nz(r.s.valid_to))) AS valid_to,
           COALESCE(norm_id(r.s.kind), norm_id(r.s.person_kind), 'unknown') AS kind,
           COALESCE(norm_id(r.s.anchor), norm_id(r.s.person)) AS anchor,
           lower(r.s.alias_type) || '/' || COALESCE(norm_id(r.s.issuer), norm_id(r.issuer), '-') || '/'
               || norm_id(r.s.alias) || '/' || COALESCE(r.s.valid_from, '') AS id
    FROM record AS r
), bearer AS (
    SELECT l.*, dense_rank() OVER (PARTITION BY l.id ORDER BY l.anchor) AS bearer_no FROM line AS l
)
SELECT n.record_no,
       n.id || CASE WHEN n.bearer_no > 1 THEN '/' || n.bearer_no ELSE '' END AS native_id,
       lower(n.s.alias_type) AS alias_type,
       COALESCE(nz(n.s.issuer), n.issuer, '-') AS issuer,
       norm_id(n.s.alias) AS alias,
       COALESCE(norm_id(n.s.anchor_type), CASE WHEN contains(n.s.person, '@') THEN 'email' ELSE 'person' END) AS anchor_type,
       n.anchor,
       nz(n.s.display_name) AS display_name,
       n.kind AS person_kind,
       n.valid_from,
       n.valid_to,
       'declared' AS basis,
       CASE WHEN nz(n.s.valid_from) IS NOT NULL AND n.valid_from IS NULL THEN 'bad_timestamp:valid_from'
            WHEN nz(n.s.valid_to) IS NOT NULL AND n.valid_to IS NULL THEN 'bad_timestamp:valid_to'
            WHEN n.valid_to <= n.valid_from THEN 'empty_interval:valid_to' END AS reject
FROM bearer AS n

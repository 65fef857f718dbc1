-- The state of an approval that stands in a request.
CREATE MACRO generic_status(m) AS CASE
    WHEN lower(trim(m['approval_status'])) IN ('pending', 'approved', 'rejected', 'revoked', 'expired')
    THEN lower(trim(m['approval_status']))
    WHEN nz(m['approval_status']) IS NULL AND nz(m['approved_at']) IS NOT NULL THEN 'approved' ELSE 'unknown' END;

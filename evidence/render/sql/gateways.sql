-- What the records of each gateway carry: of its requests, how many say what.
SELECT
    x.source_id, count(*) AS requests,
    count(*) FILTER (WHERE c.identity_state = 'resolved') AS person,
    count(*) FILTER (WHERE x.token_id IS NOT NULL OR x.token_issued_at IS NOT NULL OR x.idp_session_id IS NOT NULL) AS token,
    count(*) FILTER (WHERE x.client_ip IS NOT NULL) AS address,
    count(*) FILTER (WHERE x.prompt_sha256 IS NOT NULL) AS prompt,
    count(*) FILTER (WHERE x.response_sha256 IS NOT NULL) AS response,
    count(*) FILTER (WHERE c.approval_native_id IS NOT NULL) AS approval
FROM exchange AS x
JOIN chain AS c ON c.source_id = x.source_id AND c.native_id = x.native_id
GROUP BY x.source_id
ORDER BY x.source_id

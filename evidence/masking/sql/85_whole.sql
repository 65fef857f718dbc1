-- What holds of a response as a whole, whatever was found in it.
CREATE OR REPLACE TEMP TABLE w_masking_whole AS
WITH claimed AS (  -- claims of the unit over all entities; a total counts where nothing is itemised
    SELECT c.unit, max(c.n_errors) AS n_errors, max(c.truncated) AS truncated,
        coalesce(nullif(sum(CASE WHEN c.entity_type <> '*' THEN coalesce(c.n_masked, 0) ELSE 0 END), 0),
            max(CASE WHEN c.entity_type = '*' THEN coalesce(c.n_masked, 0) END), 0) AS n_masked,
        sum(CASE WHEN c.entity_type <> '*' THEN c.n_analyzed END) AS n_analyzed
    FROM w_masking_claim AS c GROUP BY c.unit
), unit AS (
    SELECT u.interaction_id, u.scope, c.n_errors, c.truncated, c.n_masked, c.n_analyzed, coalesce(b.short, false) AS short
    FROM w_masking_unit AS u
    JOIN claimed AS c ON c.unit = u.unit
    LEFT JOIN w_masking_balance AS b ON b.unit = u.unit AND b.entity_type = '*'
), untyped AS (
    SELECT m.interaction_id, count(*) AS n_mark, count(*) FILTER (WHERE m.self_evident) AS n_proving
    FROM w_masking_mark AS m WHERE m.entity_type IS NULL GROUP BY m.interaction_id
)
SELECT r.interaction_id, coalesce(n.n_mark, 0) AS n_mark, u.n_masked, u.n_analyzed, u.scope, CASE
    WHEN r.text_state = 'not_delivered'                             THEN 'no_sensitive not_delivered'
    WHEN coalesce(u.n_errors, 0) > 0                                THEN 'failed_open masking_errors'
    WHEN r.off_reason = 'masking_off'                               THEN 'off masking_off'
    WHEN r.text_state = 'text_absent'                               THEN 'indeterminate text_absent'
    WHEN r.doubt IS NOT NULL                                        THEN 'indeterminate ' || r.doubt
    WHEN coalesce(u.truncated, 0) > 0                               THEN 'indeterminate claim_truncated'
    WHEN r.off_reason IS NOT NULL                                   THEN 'indeterminate ' || r.off_reason
    WHEN coalesce(u.short, false)                                   THEN 'under_evidenced fewer_marks_than_claimed'
    WHEN coalesce(n.n_proving, 0) > 0 AND coalesce(u.n_masked, 0) = 0   THEN 'unclaimed_placeholder mark_without_claim'
    WHEN coalesce(n.n_mark, 0) > 0 AND coalesce(u.n_masked, 0) > 0  THEN 'masked_ok marks_and_no_residual'
    WHEN r.text_state = 'empty_response'                            THEN 'no_sensitive empty_response'
    ELSE 'no_sensitive nothing_found' END AS ruling
FROM w_masking_response AS r
LEFT JOIN unit AS u ON u.interaction_id = r.interaction_id
LEFT JOIN untyped AS n ON n.interaction_id = r.interaction_id

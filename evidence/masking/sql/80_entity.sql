-- The verdict per response and entity: the first line that applies, worst first.
CREATE OR REPLACE TEMP TABLE w_masking_ruled AS
SELECT c.interaction_id, c.entity_type, c.entity_class, c.n_residual, c.n_mark, c.n_masked, c.n_analyzed, c.scope, CASE
    WHEN c.n_residual > 0 AND coalesce(c.n_masked, 0) > 0 AND (c.scope = 'exchange' OR c.short)
                                                            THEN 'claimed_not_masked residual_despite_claim'
    WHEN c.doubtful AND c.n_residual + c.n_by_policy > 0    THEN 'indeterminate membership_not_proven'
    WHEN c.n_residual > 0 AND coalesce(c.n_masked, 0) > 0   THEN 'leak residual_beside_masked'
    WHEN c.n_residual > 0                                   THEN 'leak residual'
    WHEN c.beyond AND c.traced                              THEN 'analyzed_unmasked counters_disagree'
    WHEN c.beyond                                           THEN 'analyzed_unmasked counters_disagree_not_located'
    WHEN c.too_wide                                         THEN 'partial_too_wide mask_leaves_too_much'
    WHEN c.n_unread > 0                                     THEN 'indeterminate capped'
    WHEN c.strategy = 'surrogate' AND c.claimed             THEN 'surrogate_unverifiable surrogate_by_policy'
    WHEN c.short AND c.traced                               THEN 'under_evidenced fewer_marks_than_claimed'
    WHEN c.short                                            THEN 'under_evidenced no_mark_of_claimed'
    WHEN c.n_proving > 0 AND NOT c.claimed                  THEN 'unclaimed_placeholder mark_without_claim'
    WHEN c.n_mark > 0 AND c.action = 'allow'                THEN 'over_masked allowed_by_policy'
    WHEN c.n_mark > 0 AND (c.claimed OR c.n_proving > 0)    THEN 'masked_ok marks_and_no_residual'
    WHEN c.n_echo > 0                                       THEN 'no_sensitive echo'
    WHEN c.n_canary > 0                                     THEN 'no_sensitive canary'
    WHEN c.n_by_policy > 0                                  THEN 'no_sensitive allowed_by_policy'
    WHEN c.n_allowed > 0                                    THEN 'no_sensitive allowed_by_rule'
    WHEN c.n_non_public > 0                                 THEN 'no_sensitive non_public'
    WHEN c.n_fixture > 0                                    THEN 'no_sensitive fixture'
    WHEN c.n_mark > 0                                       THEN 'no_sensitive mark_proves_nothing'
    ELSE 'no_sensitive weak' END AS ruling
FROM w_masking_count AS c

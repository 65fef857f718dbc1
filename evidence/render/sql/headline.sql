-- The figures of the summary: each is n of N over chains, usage rows and coverage.
WITH chains AS (
    SELECT
        count(*) AS interactions,
        count(*) FILTER (WHERE interaction_kind = 'usage_request') AS usage_only,
        count(*) FILTER (WHERE interaction_kind IN ('denied', 'blocked')) AS stopped,
        count(*) FILTER (WHERE outcome = 'forwarded') AS forwarded,
        count(*) FILTER (WHERE identity_state <> 'not_a_person') AS identity_due,
        count(*) FILTER (WHERE identity_state = 'resolved') AS identity_resolved,
        count(*) FILTER (WHERE identity_state IN ('ambiguous', 'unresolved')) AS identity_open,
        count(*) FILTER (WHERE approval_required AND outcome <> 'denied') AS approval_due,
        count(*) FILTER (WHERE approval_required AND outcome <> 'denied' AND approval_verdict = 'valid') AS approval_valid,
        count(*) FILTER (WHERE approval_required AND outcome <> 'denied'
                         AND approval_verdict IN ('undetermined', 'pending', 'evidence_lost')) AS approval_open,
        count(*) FILTER (WHERE outcome = 'forwarded' AND response_bytes > 0) AS masking_due,
        count(*) FILTER (WHERE outcome = 'forwarded' AND response_bytes > 0
                         AND masking_verdict IN ('masked_ok', 'no_sensitive', 'over_masked')) AS masking_held,
        count(*) FILTER (WHERE outcome = 'forwarded' AND response_bytes > 0
                         AND masking_verdict IN ('claimed_not_masked', 'leak', 'analyzed_unmasked', 'partial_too_wide',
                                                 'failed_open', 'off')) AS masking_failed,
        count(*) FILTER (WHERE in_period = 'boundary') AS boundary
    FROM chain
),
usages AS (
    SELECT
        count(*) AS usage_rows,
        count(*) FILTER (WHERE scope_rule = 'must_be_gated') AS usage_due,
        count(*) FILTER (WHERE verdict IN ('UNGATED_REQUEST', 'UNGATED_USER_DAY') AND grade IN ('A', 'B')) AS bypass,
        count(*) FILTER (WHERE verdict IN ('UNGATED_REQUEST', 'UNGATED_USER_DAY')
                         AND coalesce(grade, 'D') NOT IN ('A', 'B')) AS bypass_hint
    FROM reconciliation
),
sources AS (
    SELECT
        (SELECT count(*) FROM cfg_source) AS sources,
        (SELECT count(*) FROM coverage WHERE state <> 'covered') AS gaps,
        (SELECT count(DISTINCT source_id) FROM coverage WHERE state <> 'covered') AS sources_with_gaps,
        (SELECT count(*) FROM file) AS files,
        (SELECT count(*) FROM file WHERE state <> 'read') AS files_not_read
)
SELECT * FROM chains CROSS JOIN usages CROSS JOIN sources

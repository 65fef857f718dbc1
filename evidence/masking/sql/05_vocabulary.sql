-- The verdicts, worst first, how severe each is; a leak is as severe as the class of what leaked.
CREATE OR REPLACE TEMP TABLE w_masking_vocabulary AS
SELECT v.verdict_rank, v.verdict, v.severity
FROM (VALUES
    (1, 'claimed_not_masked', 'critical'), (2, 'leak', NULL), (3, 'analyzed_unmasked', 'high'),
    (4, 'partial_too_wide', 'high'), (5, 'failed_open', 'critical'), (6, 'off', 'high'), (7, 'indeterminate', 'medium'),
    (8, 'surrogate_unverifiable', 'medium'), (9, 'under_evidenced', 'medium'), (10, 'unclaimed_placeholder', 'low'),
    (11, 'over_masked', 'low'), (12, 'masked_ok', 'info'), (13, 'no_sensitive', 'info')
) AS v(verdict_rank, verdict, severity);

CREATE OR REPLACE TEMP TABLE w_masking_class AS
SELECT c.entity_class, c.severity, c.severity_rank
FROM (VALUES
    ('secret', 'critical', 1), ('government_id', 'critical', 1), ('payment', 'critical', 1), ('contact', 'high', 2),
    ('name', 'high', 2), ('other', 'high', 2), ('network', 'medium', 3)
) AS c(entity_class, severity, severity_rank)

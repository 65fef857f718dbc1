-- The policy in force, rule by rule, in the words of evidence.yaml.
SELECT 'scope' AS kind, rank AS position, surface AS what, rule AS says, source_id AS where_ FROM cfg_scope
UNION ALL
SELECT 'connection', rank, connection,
       CASE WHEN NOT in_scope THEN 'out of scope' WHEN masking_required THEN 'masking required' ELSE 'masking not required' END, '*'
FROM cfg_connection
UNION ALL
SELECT 'risk', rank, field || ' like ' || pattern, risk, rule FROM cfg_risk
UNION ALL
SELECT 'approval', 0, risk || ' risk',
       CASE WHEN required THEN 'approval required' ELSE 'no approval required' END, coalesce(approver_group, 'any group')
FROM cfg_approval
UNION ALL
SELECT 'masking', rank, entity_class || ' / ' || entity_type,
       action || coalesce(', last ' || keep_last || ' may stay', ''), connection
FROM cfg_masking
ORDER BY kind, position, what, says, where_

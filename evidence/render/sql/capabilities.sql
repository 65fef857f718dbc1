-- What each source can show at all.
SELECT source_id, capability FROM cfg_capability ORDER BY source_id, capability

-- Where the subtree `ai` says that something was stopped: a tool that was not allowed, or a guard's reason.
CREATE MACRO kong_denied(ai) AS COALESCE(list_filter(ai.mcp.audit, lambda a: a.action = 'deny'), []);
CREATE MACRO kong_guard(ai) AS COALESCE(ai.proxy."lakera-guard", ai."lakera-guard");
CREATE MACRO kong_blocked(ai) AS CASE WHEN len(kong_denied(ai)) > 0 THEN 'mcp'
    WHEN COALESCE(nz(kong_guard(ai).input_block_reason), nz(kong_guard(ai).output_block_reason)) IS NOT NULL
    THEN 'lakera-guard' END;

"""The database of a proxy of models under test: the rows that the proxy itself makes, kept in SQLite.

It runs in the proxy's environment, not in ours: the proxy's own database client needs engines that no package brings.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import asynccontextmanager
from datetime import datetime

from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy import proxy_server
from litellm.proxy.spend_tracking.spend_tracking_utils import get_logging_payload

COLUMNS = ["request_id", "call_type", "api_key", "spend", "total_tokens", "prompt_tokens", "completion_tokens", "startTime", "endTime", "completionStartTime", "model", "model_id", "model_group", "custom_llm_provider", "api_base", "user", "metadata", "cache_hit", "cache_key", "request_tags", "team_id", "organization_id", "end_user", "requester_ip_address", "session_id", "status", "mcp_namespaced_tool_name", "agent_id", "litellm_call_id", "request_duration_ms"]
base = sqlite3.connect(":memory:", check_same_thread=False)
base.row_factory = sqlite3.Row
base.execute(f'CREATE TABLE "LiteLLM_SpendLogs" ({", ".join(chr(34) + c + chr(34) for c in COLUMNS)})')


def plain(value):
    """A value as SQLite takes it; times as the proxy's database spells them."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f") if value.microsecond else value.strftime("%Y-%m-%d %H:%M:%S")
    return value if isinstance(value, str | int | float | None) else json.dumps(value, default=str)


class Rows:
    """A transaction."""

    async def execute_raw(self, *_args):
        """Accept settings of a session."""
        return 0

    async def query_raw(self, sql, *params):
        """Run a query of the proxy, less the words that only its own database knows."""
        sql = re.sub(r"COALESCE\(request_duration_ms,.*?AS request_duration_ms", "request_duration_ms", sql, flags=re.DOTALL)
        sql = re.sub(r"\$(\d+)::timestamptz AT TIME ZONE 'UTC'", r"?\1", sql)
        sql = re.sub(r"\$(\d+)", r"?\1", sql)
        return [dict(row) for row in base.execute(sql, [plain(p) for p in params])]


class Reading:
    """What the proxy reads from."""

    @staticmethod
    @asynccontextmanager
    async def tx(**_more):
        """Begin a transaction."""
        yield Rows()


class Stand:
    """What the proxy takes for its database client."""

    read_db = Reading()


class Recorder(CustomLogger):
    """Keeps the row that the proxy makes of each request."""

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        """Keep the row, and give the proxy its database."""
        row = get_logging_payload(kwargs=kwargs, response_obj=response_obj, start_time=start_time, end_time=end_time)
        marks = ",".join("?" * len(COLUMNS))
        base.execute(f'INSERT INTO "LiteLLM_SpendLogs" VALUES ({marks})', [plain(row.get(c)) for c in COLUMNS])
        proxy_server.prisma_client = Stand()


recorder = Recorder()

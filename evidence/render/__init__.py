"""Results to report, tables and figures."""

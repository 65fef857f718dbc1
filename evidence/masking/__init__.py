"""The residual-data scanner and the masking verdicts."""

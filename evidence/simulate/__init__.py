"""A company whose month can be run, and which misbehaves on request."""

"""Shapes of files, never vendors: bytes to records."""

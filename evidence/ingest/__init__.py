"""Raw files in: custody first, then one pass per file."""

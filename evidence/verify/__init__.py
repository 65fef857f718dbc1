"""A package to numbered steps that hold or do not."""

"""A folder to one signed package."""

"""YAML text → plain data with places."""

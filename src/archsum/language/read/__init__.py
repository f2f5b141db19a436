"""Data → settings and structure, once a file."""

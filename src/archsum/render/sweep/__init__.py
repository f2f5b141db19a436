"""The rows of a sweep: as lines of text for scripts, as Parquet, and as a table."""

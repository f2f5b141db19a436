"""A summary as a table, as data, as a page."""

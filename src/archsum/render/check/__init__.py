"""A check as a table, as data, as annotations."""

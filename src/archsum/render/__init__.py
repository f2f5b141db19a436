"""Summary → text, one format to a file."""

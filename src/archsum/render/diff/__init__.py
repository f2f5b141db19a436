"""What changed between two networks, as text, as Markdown, as data."""

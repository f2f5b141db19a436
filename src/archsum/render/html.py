"""The table in a notebook."""

from archsum.summary import Summary


def render(summary: Summary) -> str:
    """Return the summary as a table."""
    return summary.name

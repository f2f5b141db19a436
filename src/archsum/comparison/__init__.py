"""Two summaries → what changed: layers and blocks are matched by their names and their structure, then compared."""

from archsum.comparison.comparing import compare
from archsum.comparison.difference import ASPECTS, Change, Detail, Difference

__all__ = ["ASPECTS", "Change", "Detail", "Difference", "compare"]

"""The exit codes. What a signal stops has 128 and the signal's number, as a shell says it: 130 for Ctrl-C."""

OK, OVER_BUDGET, BAD_INPUT = 0, 1, 2
DIFFERENT = 1
"""Of `archsum diff --exit-code`, as git's."""

"""How far something is that takes long: a bar on a terminal, by tqdm where it is installed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec


@contextmanager
def progress(total: int, done: int, unit: str) -> Iterator[Callable[[int], object]]:
    """Show how much of a total is done, its rate, and the time left; what is given is told how much more is done."""
    if not (sys.stderr.isatty() and find_spec("tqdm")):
        yield lambda more: None
        return
    from tqdm import tqdm

    with tqdm(total=total, initial=done, unit=unit, file=sys.stderr, dynamic_ncols=True, leave=False) as bar:
        yield bar.update

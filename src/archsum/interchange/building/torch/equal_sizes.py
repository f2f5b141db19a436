"""Sizes that are values which a class is made with anyway, wherever an object of it is made."""

from collections.abc import Iterable, Mapping

from archsum.interchange.building.torch.text import names_in
from archsum.interchange.building.torch.uses import Made, Use

Place = tuple[str, int, int]
"""A size of what a class takes: the class, which input, and which of its sizes."""


def equal_sizes(uses: Iterable[Use]) -> dict[Place, str]:
    """Return the sizes that are the same expression as another value at each use, and the file's names of these.

    Equal numbers may be so by chance.
    """
    by_class: dict[str, list[Use]] = {}
    for use in uses:
        by_class.setdefault(use.made.name, []).append(use)
    found: dict[Place, str] = {}
    for name, each in by_class.items():
        made = each[0].made
        stated = {one.name for one in made.parameters}
        for size, (number, position) in made.sizes.items():
            equal = next((own for own, word in _values(made) if _are_one(size, word, each)), None)
            if size in stated and equal is not None:
                found[name, number, position] = equal
    return found


def _values(made: Made) -> Iterable[tuple[str, str]]:
    """Return what a class is made with beside sizes: the file's names, and Python's."""
    values: Mapping[str, str] = {**made.own, **made.free}
    stated = {one.name for one in made.parameters}
    return [(own, word) for own, word in values.items() if word in stated]


def _are_one(size: str, word: str, uses: Iterable[Use]) -> bool:
    texts = [(use.names[size].text, use.names[word].text) for use in uses if word in use.names]
    return bool(texts) and all(one == other and names_in(one) for one, other in texts)

"""Two sequences of parts → pairs, in order: the parts that are most alike, and those that only one side has."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from archsum.comparison.parts import Part

Aligned = list[tuple[Part | None, Part | None]]
"""Pairs in the order of both sides; None where a side has no such part."""

_MOST_COMPARED = 250_000
"""Pairs of parts that are compared with one another in one table."""
_WINDOW = 64
"""How many parts are looked at together where there are more, and none of them is the only one of its kind."""

_EXACT, _STATED, _SKELETON, _KIND, _LABEL = 100, 80, 40, 30, 20
_SAME_LABEL, _OTHER_LABEL, _SAME_NAME, _SHARED_FACT = 15, -15, 1, 10


def align(before: Sequence[Part], after: Sequence[Part]) -> Aligned:
    """Pair the parts of two sequences so that what is paired is as much alike as can be, and in order.

    The other way round, the pairs are the same.
    """
    first = 0
    while first < min(len(before), len(after)) and _equal(before[first], after[first]):
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and _equal(before[-1 - last], after[-1 - last]):
        last += 1
    head: Aligned = list(zip(before[:first], after[:first], strict=True))
    tail: Aligned = list(zip(before[len(before) - last :], after[len(after) - last :], strict=True))
    middle = _align_different(before[first : len(before) - last], after[first : len(after) - last])
    return head + _removed_first(middle) + tail


def likeness(before: Part, after: Part) -> int | None:
    """Return how much two parts are alike; None where one cannot have become the other."""
    if (before.layer is None) != (after.layer is None):
        return None
    same_label, other_label = bool(before.label) and before.label == after.label, before.label != after.label
    if before.exact == after.exact:
        score = _EXACT
    elif before.stated == after.stated:
        score = _STATED
    elif other_label and before.layer and not _shared_weights(before, after):
        return None
    elif before.skeleton == after.skeleton:
        score = _SKELETON
    elif before.kind == after.kind:
        score = _KIND
    elif same_label:
        score = _LABEL
    else:
        return None
    if score < _STATED and before.facts and after.facts:
        one, other = before.facts, after.facts
        score += _SHARED_FACT * ((one.output == other.output) + (one.weights == other.weights))
    same_name = _SAME_NAME if before.path[-1] == after.path[-1] else 0
    return score + (_SAME_LABEL if same_label else _OTHER_LABEL if other_label else 0) + same_name


def _shared_weights(before: Part, after: Part) -> bool:
    """Whether layers have weights, and the same ones, so that one may have become the other under another name."""
    if not (before.facts and after.facts) or (before.label and after.label):
        return False
    return before.kind == after.kind and bool(before.facts.weights) and before.facts.weights == after.facts.weights


def _equal(before: Part, after: Part) -> bool:
    return before.exact == after.exact and before.label == after.label


def _align_different(before: Sequence[Part], after: Sequence[Part]) -> Aligned:
    """Pair sequences that differ at both ends; whichever comes first, the same are paired."""
    if not before or not after:
        return [*((part, None) for part in before), *((None, part) for part in after)]
    if _order(before) > _order(after):
        return [(one, other) for other, one in _align_ordered(after, before)]
    return _align_ordered(before, after)


def _removed_first(aligned: Aligned) -> Aligned:
    """Put what is gone before what is new in its place."""
    ordered: Aligned = []
    added: Aligned = []
    for pair in aligned:
        if pair[0] is None:
            added.append(pair)
        elif pair[1] is None:
            ordered.append(pair)
        else:
            ordered += [*added, pair]
            added = []
    return ordered + added


def _order(parts: Sequence[Part]) -> tuple[int, list[tuple[str, str, bytes]]]:
    return len(parts), [(part.kind, part.label, part.exact) for part in parts]


def _align_ordered(before: Sequence[Part], after: Sequence[Part]) -> Aligned:
    if len(before) * len(after) <= _MOST_COMPARED:
        return _most_alike(before, after)
    anchors = _anchors(before, after)
    if not anchors:
        return _by_windows(before, after)
    aligned: Aligned = []
    start, other_start = 0, 0
    for place, other in [*anchors, (len(before), len(after))]:
        aligned += align(before[start:place], after[other_start:other])
        if place < len(before):
            aligned.append((before[place], after[other]))
        start, other_start = place + 1, other + 1
    return aligned


def _anchors(before: Sequence[Part], after: Sequence[Part]) -> list[tuple[int, int]]:
    """Return the places of parts that are there once on each side, as many as follow one another on both."""
    keys = [(part.exact, part.label) for part in before]
    other_keys = [(part.exact, part.label) for part in after]
    counts, other_counts = Counter(keys), Counter(other_keys)
    places = {key: place for place, key in enumerate(other_keys) if other_counts[key] == 1}
    pairs = [(place, places[key]) for place, key in enumerate(keys) if counts[key] == 1 and key in places]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return as many of the pairs as there can be whose second numbers rise as the first do."""
    ends: list[int] = []  # for each length, the least second number that such a sequence ends with
    places: list[int] = []
    before: list[int] = []
    for index, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1] = [second]
        places[length : length + 1] = [index]
    chosen: list[tuple[int, int]] = []
    index = places[-1] if places else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]


def _by_windows(before: Sequence[Part], after: Sequence[Part]) -> Aligned:
    """Pair very long sequences piece by piece: of what is looked at together, the first half is kept each time."""
    aligned: Aligned = []
    start, other = 0, 0
    while start < len(before) and other < len(after):
        if _equal(before[start], after[other]):
            pairs: Aligned = [(before[start], after[other])]
        else:
            pairs = _most_alike(before[start : start + _WINDOW], after[other : other + _WINDOW])[: _WINDOW // 2]
        aligned += pairs
        start += sum(1 for part, _ in pairs if part)
        other += sum(1 for _, part in pairs if part)
    return [*aligned, *((part, None) for part in before[start:]), *((None, part) for part in after[other:])]


def _most_alike(before: Sequence[Part], after: Sequence[Part]) -> Aligned:
    """Pair parts so that the sum of their likeness is the greatest, by a table of it for all that follows two parts."""
    width = len(after)
    best = [[0] * (width + 1) for _ in range(len(before) + 1)]
    scores: list[list[int | None]] = []
    for row in range(len(before) - 1, -1, -1):
        part, below, here = before[row], best[row + 1], best[row]
        likenesses = [likeness(part, other) for other in after]
        for column in range(width - 1, -1, -1):
            most = max(below[column], here[column + 1])
            score = likenesses[column]
            if score is not None and score + below[column + 1] > most:
                most = score + below[column + 1]
            here[column] = most
        scores.append(likenesses)
    scores.reverse()
    return _path(before, after, best, scores)


def _path(
    before: Sequence[Part], after: Sequence[Part], best: list[list[int]], scores: list[list[int | None]]
) -> Aligned:
    """Return the pairs that make up the best sum."""
    aligned: Aligned = []
    row, column = 0, 0
    while row < len(before) and column < len(after):
        score = scores[row][column]
        if score is not None and score + best[row + 1][column + 1] == best[row][column]:
            aligned.append((before[row], after[column]))
            row, column = row + 1, column + 1
        elif best[row + 1][column] == best[row][column]:
            aligned.append((before[row], None))
            row += 1
        else:
            aligned.append((None, after[column]))
            column += 1
    return [*aligned, *((part, None) for part in before[row:]), *((None, part) for part in after[column:])]

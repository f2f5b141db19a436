"""What changed of a layer that both networks have, of what it is called, and of the networks themselves."""

from collections.abc import Iterator
from itertools import zip_longest

from archsum.comparison.difference import Detail
from archsum.comparison.facts import Catalogue, Facts
from archsum.comparison.layouts import Layouts
from archsum.comparison.parts import Part
from archsum.comparison.wiring import Wiring
from archsum.summary import LayerSummary, Summary


class Details:
    """Compares layers, equal ones once."""

    def __init__(self, layouts: Layouts, catalogue: Catalogue, *, of_two_frameworks: bool = False) -> None:
        """Take how the networks are written; frameworks that differ in their data format differ in nothing by that."""
        self._layouts = layouts
        self._catalogue = catalogue
        self._of_two_frameworks = of_two_frameworks
        self._known: dict[tuple[int, int], tuple[Detail, ...]] = {}

    def of_layers(self, before: LayerSummary, after: LayerSummary) -> tuple[Detail, ...]:
        """Return what changed of a layer: its kind, its fields, its output and its weights."""
        one, other = self._catalogue.of(before), self._catalogue.of(after)
        if one.exact == other.exact and not self._layouts.differ:
            return ()
        key = id(one), id(other)  # the catalogue keeps both
        if key not in self._known:
            axes = len(before.input_shapes[0]) if before.input_shapes else len(before.output_shape)
            found = [*self._fields(one, other, axes), *self._shapes(one, other), *_weights(one, other)]
            self._known[key] = tuple(found)
        return self._known[key]

    def of_names(self, before: Part, after: Part) -> tuple[Detail, ...]:
        """Return how a part is called otherwise; numbers that names are given make no difference."""
        found = []
        if before.layer is None and before.kind != after.kind and before.path:
            found.append(Detail("names", "block", before.kind, after.kind))
        if before.label != after.label and before.path[-1] != after.path[-1]:
            found.append(Detail("names", "name", before.path[-1], after.path[-1]))
        return tuple(found)

    def of_networks(self, before: Summary, after: Summary, wiring: Wiring) -> tuple[Detail, ...]:
        """Return what changed of the networks' data format, inputs and outputs."""
        found = []
        if self._layouts.differ and not self._of_two_frameworks:
            found.append(Detail("fields", "data_format", self._layouts.before, self._layouts.after))
        for (name, shape), (called, other) in zip_longest(
            before.inputs.items(), after.inputs.items(), fillvalue=("", None)
        ):
            if shape is None or other is None or not self._layouts.same_shape(shape, other):
                found.append(Detail("shapes", f"input `{called or name}`", shape, other))
            elif name != called:
                found.append(Detail("names", "input", name, called))
        if outputs := wiring.outputs():
            found.append(outputs)
        return tuple(found)

    def _fields(self, before: Facts, after: Facts, axes: int) -> Iterator[Detail]:
        if before.kind != after.kind:
            yield Detail("fields", "kind", before.kind, after.kind)
        names = dict.fromkeys([*before.fields, *after.fields])
        for name in names:
            is_in_both = name in before.fields and name in after.fields
            if before.kind != after.kind and not is_in_both:
                continue
            one, other = before.fields.get(name), after.fields.get(name)
            if not self._layouts.same_field(name, one, other, axes):
                yield Detail("fields", name, one, other)

    def _shapes(self, before: Facts, after: Facts) -> Iterator[Detail]:
        if not self._layouts.same_shape(before.output, after.output):
            yield Detail("shapes", "output", before.output, after.output)


def _weights(before: Facts, after: Facts) -> Iterator[Detail]:
    ones, others = dict(before.weights), dict(after.weights)
    if [facts for _, facts in before.weights] == [facts for _, facts in after.weights]:
        return
    for name in dict.fromkeys([*ones, *others]):
        if ones.get(name) != others.get(name):
            yield Detail("weights", name, ones.get(name), others.get(name))

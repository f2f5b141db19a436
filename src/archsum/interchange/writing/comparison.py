"""What is written is read again, and compared with the network that it was made of.

Nodes are told apart by what they are and by all that leads to them, so names do not matter, nor the order of what is
side by side. The inputs of a sum may change places, and concatenations along one axis may be in one another: what is
put together stays in its order.
"""

from collections import Counter
from collections.abc import Hashable, Mapping

from archsum.errors import Diagnostic, SpecError
from archsum.graph import Graph, Node
from archsum.interchange.writing.alike import told_apart_by
from archsum.language.loading import load
from archsum.language.network import Network
from archsum.layers import kind_of
from archsum.propagate import propagate
from archsum.summary import Summary

COMMUTATIVE = ("add", "multiply", "average", "maximum", "minimum")
"""The kinds whose inputs may change places."""
CHAINED = "concatenate"
"""The kind that may have others of its own before it in the place of what they put together."""


class Identities:
    """Numbers for nodes: two have the same where nobody can tell them apart, in one graph or in two."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._layers: dict[tuple[object, int], int] = {}

    def of(self, summary: Summary) -> dict[str, int]:
        """Return the number of each input and node; one that passes on its only input has that one's."""
        found = {name: self._number((name, shape)) for name, shape in summary.inputs.items()}
        chains: dict[tuple[int, int], tuple[int, ...]] = {}  # what concatenations put together
        for computed in summary.layers:
            node = computed.node
            axes = len(computed.input_shapes[0]) if computed.input_shapes else 0
            layer, kind = self._layer(node, axes), kind_of(type(node.layer))
            taken = tuple(found[name] for name in node.inputs)
            owner = tuple(
                (weight, found.get(shared.owner.node, -1), shared.owner.weight, shared.transposed)
                for weight, shared in sorted(computed.shared_weights.items())
            )
            if kind == CHAINED:
                taken = tuple(each for one in taken for each in chains.get((layer, one), (one,)))
                if len(taken) == 1:
                    found[node.name] = taken[0]
                    continue
            ordered = tuple(sorted(taken)) if kind in COMMUTATIVE else taken
            weights = tuple((weight.name, weight.shape, weight.trainable) for weight in computed.weights)
            known = computed.output_shape, weights, computed.macs
            number = found[node.name] = self._number((layer, ordered, node.states, owner, known))
            if kind == CHAINED:
                chains[layer, number] = taken
        return found

    def _layer(self, node: Node, axes: int) -> int:
        identity = node.layer.identity, axes
        if identity not in self._layers:
            self._layers[identity] = self._number(f"{kind_of(type(node.layer))} {told_apart_by(node.layer, axes)}")
        return self._layers[identity]

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


class Written:
    """A text that has been read again, and proved to be the network that it was made of."""

    def __init__(self, text: str, network: Network, sources: Mapping[str, str]) -> None:
        self.text = text
        self.network = network
        self.sources = sources
        """For each of its layers the name of the node that it is in the source."""


def read_again(text: str, source: Summary) -> Written | None:
    """Return a text with the network that is read from it; None where that is another than the source's."""
    try:
        network = load(text, "converted")
        written = propagate(network.graph, network.engine)
    except SpecError:
        return None
    identities = Identities()
    before, after = identities.of(source), identities.of(written)
    if _counted(source, before) != _counted(written, after):
        return None
    if [before[name] for name in source.outputs] != [after[name] for name in written.outputs]:
        return None
    return Written(text, network, _matched(source, before, written, after))


def _counted(summary: Summary, found: Mapping[str, int]) -> Counter[int]:
    """Return how many nodes have each number, without those that pass on their only input."""
    taken = ((found[layer.name], [found[name] for name in layer.node.inputs]) for layer in summary.layers)
    return Counter(number for number, inputs in taken if inputs != [number])


def _matched(source: Summary, before: Mapping[str, int], other: Summary, after: Mapping[str, int]) -> dict[str, str]:
    """Return for each layer the node that it is in the source; of several alike, in order."""
    waiting: dict[int, list[str]] = {}
    for layer in reversed(source.layers):
        waiting.setdefault(before[layer.name], []).append(layer.name)
    matched = {}
    for layer in other.layers:
        names = waiting.get(after[layer.name], [])
        if names:
            matched[layer.name] = names.pop()
    return matched


def refuse(graph: Graph) -> SpecError:
    """Return the error for a network that our language cannot say."""
    message = f"{graph.name} cannot be written as YAML: what was written would be read as another network"
    cure = "this is an error of archsum's: please report it, with the source"
    return SpecError([Diagnostic("differs", message, None, cure)])

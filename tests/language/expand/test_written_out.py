"""A network written with blocks and containers is the one that is written out by hand."""

import io
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from archsum import SpecError, summarize

Tree = Any


@st.composite
def bodies(draw: st.DrawFn, names: tuple[str, ...], blocks: tuple[str, ...], depth: int = 0) -> list[Tree]:
    """Draw layers; `names` are those that formulas know, `blocks` those that may be used."""
    return draw(st.lists(items(names, blocks, depth), min_size=1, max_size=3))


@st.composite
def items(draw: st.DrawFn, names: tuple[str, ...], blocks: tuple[str, ...], depth: int) -> Tree:
    """Draw a layer, a block's use or a container, whose numbers are sums of a number and of a name's value."""
    number = (draw(st.sampled_from(["", *names])), draw(st.sampled_from([4, 4, 4, 8])))
    kinds = ["relu", "dense", "dense"]
    kinds += ["dropped", "repeat", "residual", "branch"] if depth < 3 else []
    kinds += ["block"] if blocks else []
    match draw(st.sampled_from(kinds)):
        case "relu":
            return ("relu",)
        case "dense":
            return ("dense", number)
        case "dropped":
            return ("dropped", draw(st.sampled_from(["", *names])), draw(bodies(names, blocks, depth + 1)))
        case "repeat":
            return ("repeat", draw(st.integers(1, 3)), draw(bodies((*names, "index"), blocks, depth + 1)))
        case "residual":
            return ("residual", draw(st.sampled_from(["add", "multiply"])), draw(bodies(names, blocks, depth + 1)))
        case "branch":
            paths = st.lists(bodies(names, blocks, depth + 1) | st.just([]), min_size=2, max_size=3)
            return ("branch", draw(st.sampled_from(["concatenate", "add"])), draw(paths))
    return ("block", draw(st.sampled_from(blocks)), number)


def write(body: list[Tree]) -> list[Any]:
    """Write layers as a file has them."""
    return [write_item(item) for item in body]


def write_item(item: Tree) -> Any:
    match item:
        case ("relu",):
            return "relu"
        case ("dense", (name, number)):
            return {"dense": {"units": f"={number} + {name}" if name else number}}
        case ("dropped", name, body):
            return {"repeat": {"times": 1, "if": f"={name} == 1" if name else True, "layers": write(body)}}
        case ("repeat", times, body):
            return {"repeat": {"times": times, "layers": write(body)}}
        case ("residual", merge, body):
            return {"residual": {"layers": write(body), "merge": merge}}
        case ("branch", merge, paths):
            return {"branch": {"paths": [write(path) for path in paths], "merge": merge}}
        case ("block", block, (name, number)):
            return {block: {"n": f"={number} + {name}" if name else number}}
    raise AssertionError(item)


class ByHand:
    """Writes a tree out as a chain of layers that all have names and say what they take."""

    def __init__(self, blocks: dict[str, list[Tree]]) -> None:
        self.blocks = blocks
        self.layers: list[Any] = []

    def add(self, kind: str, inputs: list[str], **fields: Any) -> str:
        name = f"layer_{len(self.layers)}"
        self.layers.append({kind: {"name": name, "inputs": inputs, **fields}})
        return name

    def body(self, body: list[Tree], taken: str, values: dict[str, int]) -> str:
        for item in body:
            taken = self.item(item, taken, values)
        return taken

    def item(self, item: Tree, taken: str, values: dict[str, int]) -> str:
        match item:
            case ("relu",):
                return self.add("relu", [taken])
            case ("dense", (name, number)):
                return self.add("dense", [taken], units=number + values.get(name, 0))
            case ("dropped", name, body):
                is_there = not name or values[name] == 1
                return self.body(body, taken, values | {"index": 0}) if is_there else taken
            case ("repeat", times, body):
                for index in range(times):
                    taken = self.body(body, taken, values | {"index": index})
                return taken
            case ("residual", merge, body):
                return self.add(merge, [taken, self.body(body, taken, values)])
            case ("branch", merge, paths):
                return self.add(merge, [self.body(path, taken, values) for path in paths])
            case ("block", block, (name, number)):
                return self.body(self.blocks[block], taken, {"n": number + values.get(name, 0)})
        raise AssertionError(item)


def outcome(network: dict[str, Any]) -> Any:
    """Return the totals, and each layer's kind, shapes, weights and operations; or what is wrong."""
    try:
        found = summarize(io.StringIO(yaml.safe_dump(network)))
    except SpecError as error:
        return {diagnostic.code for diagnostic in error.diagnostics}
    layers = [(layer.type, layer.input_shapes, layer.output_shape, layer.weights, layer.macs) for layer in found.layers]
    return found.params, found.trainable_params, found.macs, layers


@given(layers=bodies((), ("b", "c")), b=bodies(("n",), ("c",), 1), c=bodies(("n",), (), 2))
def test_a_network_written_out_by_hand_is_the_same(layers: list[Tree], b: list[Tree], c: list[Tree]) -> None:
    by_hand = ByHand({"b": b, "c": c})
    by_hand.body(layers, "input", {})
    head = {"input": [4]}
    blocks = {name: {"parameters": {"n": None}, "layers": write(body)} for name, body in (("b", b), ("c", c))}
    if by_hand.layers:
        nested = outcome({**head, "blocks": blocks, "layers": write(layers)})
        assert nested == outcome({**head, "layers": by_hand.layers})

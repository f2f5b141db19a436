"""Frozen blocks and containers against Keras's frozen models inside models."""

import io
from collections import Counter
from math import prod
from typing import Any

import keras
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archsum import summarize

Tree = tuple[Any, ...]

TRAINABLE = st.sampled_from([None, True, False])


def trees(depth: int = 0) -> st.SearchStrategy[Tree]:
    """Draw a layer, or layers in a block or a container; each states whether it is trainable, or does not."""
    layers = st.tuples(st.sampled_from(["dense", "batch_normalization"]), TRAINABLE)
    if depth == 3:
        return layers
    bodies = st.lists(trees(depth + 1), min_size=1, max_size=3)
    held = st.tuples(st.sampled_from(["block", "repeat", "residual", "branch"]), TRAINABLE, bodies)
    return layers | held | held


class OfFile:
    """Writes a tree as a file has it, with a block for each use of one."""

    def __init__(self) -> None:
        self.blocks: dict[str, Any] = {}

    def write(self, tree: Tree) -> Any:
        kind, trainable, *bodies = tree
        fields = {} if trainable is None else {"trainable": trainable}
        if kind == "dense":
            return {"dense": {"units": 4, **fields}}
        if kind == "batch_normalization":
            return {kind: fields}
        layers = [self.write(layer) for layer in bodies[0]]
        match kind:
            case "repeat":
                return {"repeat": {"times": 2, "layers": layers, **fields}}
            case "residual":
                return {"residual": {"layers": layers, **fields}}
            case "branch":
                return {"branch": {"paths": [layers, []], "merge": "add", **fields}}
        name = f"block_{len(self.blocks)}"
        self.blocks[name] = {"layers": layers}
        return {name: fields}


def in_keras(tree: Tree) -> Any:
    """Build a tree as Keras's layer, or as a model; what is frozen is so before it is put into another."""
    kind, trainable, *bodies = tree
    stated = {} if trainable is None else {"trainable": trainable}
    if kind == "dense":
        return keras.layers.Dense(4, **stated)
    if kind == "batch_normalization":
        return keras.layers.BatchNormalization(**stated)
    taken = given = keras.Input((4,))
    for layer in bodies[0] * (2 if kind == "repeat" else 1):
        given = in_keras(layer)(given)
    if kind in ("residual", "branch"):
        given = keras.layers.Add()([taken, given])
    model = keras.Model(taken, given)
    if trainable is False:
        model.trainable = False
    return model


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(trees(), min_size=1, max_size=3))
def test_frozen_weights_are_those_of_keras(layers: list[Tree]) -> None:
    file = OfFile()
    written = [file.write(layer) for layer in layers]
    found = summarize(io.StringIO(yaml.safe_dump({"input": [4], "blocks": file.blocks, "layers": written})))
    model = in_keras(("block", None, layers))
    trained = {id(weight) for weight in model.trainable_weights}
    expected = Counter((tuple(weight.shape), id(weight) in trained) for weight in model.weights)
    weights = [(layer.layer.trainable, weight) for layer in found.layers for weight in layer.weights]
    assert Counter((weight.shape, trainable and weight.trainable) for trainable, weight in weights) == expected
    assert found.trainable_params == sum(prod(weight.shape) for weight in model.trainable_weights)


def test_a_frozen_base_under_a_new_head() -> None:
    base = keras.Sequential([keras.Input((100,)), keras.layers.Dense(32)])
    base.trainable = False
    model = keras.Sequential([keras.Input((100,)), base, keras.layers.Dense(64)])
    found = summarize(
        io.StringIO(
            "{input: [100], blocks: {base: {layers: [dense: {units: 32}]}}, "
            "layers: [base: {trainable: false}, dense: {units: 64}]}"
        )
    )
    assert found.params == model.count_params() == 5_344
    assert found.trainable_params == sum(prod(weight.shape) for weight in model.trainable_weights) == 2_112

"""The summary as JSON, for scripts."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from archsum.bounds import CHARACTERS_PER_STEP
from archsum.folding import BlockSummary
from archsum.graph import Path
from archsum.layers import kind_of
from archsum.layers.shapes import Shape
from archsum.layers.written import fields_of_layer
from archsum.render.json import document
from archsum.render.summary.columns import Column, Figures
from archsum.summary import LayerSummary, Summary
from archsum.work import Work

_FIGURES = (
    "params", "trainable_params", "non_trainable_params", "torch_params", "bias_params", "untied_bias_params",
    "weight_memory", "macs", "flops", "neurons", "connections",
)  # fmt: skip
"""What each layer has, and those of a block and all have together."""


def render(summary: Summary, work: Work | None = None, extra: Mapping[str, Column] = MappingProxyType({})) -> str:
    """Return the inputs, the layers, the totals and the blocks; what is unknown is null, as is the batch axis.

    Beside their figures they have those of `extra`, by their keys.

    Errors: SpecError where writing the fields takes more than `work` allows.
    """
    fields = _fields(summary, work or Work())
    return document(
        {
            "name": summary.name,
            "inputs": {name: _batched(shape) for name, shape in summary.inputs.items()},
            "layers": [
                {**_layer(layer, fields[layer.layer.identity]), **_extra(extra, layer)} for layer in summary.layers
            ],
            "totals": {
                **_figures(summary),
                **{key: column.total(summary) if column.total else None for key, column in extra.items()},
            },
            "outputs": summary.outputs,
            "blocks": [
                {"path": block.path, "type": block.type, **_figures(block), **_extra(extra, block)}
                for block in _blocks(summary)
            ],
        }
    )


def _fields(summary: Summary, work: Work) -> dict[object, dict[str, Any]]:
    """Return the fields of each layer, equal ones once."""
    fields: dict[object, dict[str, Any]] = {}
    steps: dict[object, int] = {}
    for layer in summary.layers:
        key = layer.layer.identity
        if key not in fields:
            fields[key] = fields_of_layer(layer.layer)
            steps[key] = len(json.dumps(fields[key])) // CHARACTERS_PER_STEP
        work.spend("values", steps[key])
    work.require("to write as JSON", summary.name, "write a network with fewer layers, or shorter lists in them")
    return fields


def _layer(layer: LayerSummary, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": layer.name,
        "type": layer.type,
        "kind": kind_of(type(layer.layer)),
        "fields": fields,
        "path": layer.path,
        "inputs": layer.node.inputs,
        "states": layer.node.states,
        "output_shape": _batched(layer.output_shape),
        **_figures(layer),
        "weights": [
            {"name": weight.name, "shape": weight.shape, "trainable": weight.trainable and layer.layer.trainable}
            for weight in layer.weights
        ],
        "shared_with": layer.shared_with,
        "shared_weights": {
            name: {"layer": shared.owner.node, "weight": shared.owner.weight, "transposed": shared.transposed}
            for name, shared in layer.shared_weights.items()
        },
        "origin": layer.node.origin and {"path": layer.node.origin.path, "type": layer.node.origin.type},
    }


def _blocks(summary: Summary) -> Iterator[BlockSummary]:
    """Yield the blocks, each with the layers in it."""
    layers: dict[Path, list[LayerSummary]] = {path: [] for path in summary.groups}
    for layer in summary.layers:
        for level in range(1, len(layer.path)):
            layers[layer.path[:level]].append(layer)
    for path, group in summary.groups.items():
        yield BlockSummary(path, group.kind, tuple(layers[path]), ())


def _extra(extra: Mapping[str, Column], of: Figures) -> dict[str, Any]:
    return {key: column.value(of) for key, column in extra.items()}


def _figures(of: LayerSummary | BlockSummary | Summary) -> dict[str, int | None]:
    return {name: getattr(of, name) for name in _FIGURES}


def _batched(shape: Shape) -> Shape:
    return (None, *shape)

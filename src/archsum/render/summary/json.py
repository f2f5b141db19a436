"""The summary as JSON, for scripts."""

from typing import Any

from archsum.layers.shapes import Shape
from archsum.render.json import document
from archsum.summary import LayerSummary, Summary

_FIGURES = (
    "params", "trainable_params", "non_trainable_params", "torch_params", "bias_params", "untied_bias_params",
    "weight_memory", "macs", "flops", "neurons", "connections",
)  # fmt: skip
"""What each layer has, and all have together."""


def render(summary: Summary) -> str:
    """Return the inputs, the layers and the totals; what is unknown is null, as is the batch axis."""
    return document(
        {
            "name": summary.name,
            "inputs": {name: _batched(shape) for name, shape in summary.inputs.items()},
            "layers": [_layer(layer) for layer in summary.layers],
            "totals": _figures(summary),
            "outputs": summary.outputs,
            "blocks": [{"path": path, "type": group.kind} for path, group in summary.groups.items()],
        }
    )


def _layer(layer: LayerSummary) -> dict[str, Any]:
    return {
        "name": layer.name,
        "type": layer.type,
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
    }


def _figures(of: LayerSummary | Summary) -> dict[str, int | None]:
    return {name: getattr(of, name) for name in _FIGURES}


def _batched(shape: Shape) -> Shape:
    return (None, *shape)

"""The summary as JSON, for scripts."""

from typing import Any

from archsum.layers.shapes import Shape
from archsum.render.json import document
from archsum.summary import LayerSummary, Summary


def render(summary: Summary) -> str:
    """Return the inputs, the layers and the totals; what is unknown is null, as is the batch axis."""
    totals = {
        "params": summary.params,
        "trainable_params": summary.trainable_params,
        "non_trainable_params": summary.non_trainable_params,
        "bias_params": summary.bias_params,
        "macs": summary.macs,
        "untied_bias_params": summary.untied_bias_params,
        "weight_memory": summary.weight_memory,
        "neurons": summary.neurons,
        "connections": summary.connections,
        "flops": summary.flops,
    }
    return document(
        {
            "name": summary.name,
            "inputs": {name: _batched(shape) for name, shape in summary.inputs.items()},
            "layers": [_layer(layer) for layer in summary.layers],
            "totals": totals,
            "outputs": summary.outputs,
            "blocks": [{"path": path, "type": group.kind} for path, group in summary.groups.items()],
        }
    )


def _layer(layer: LayerSummary) -> dict[str, Any]:
    return {
        "name": layer.name,
        "type": layer.type,
        "path": layer.node.path,
        "inputs": layer.node.inputs,
        "output_shape": _batched(layer.output_shape),
        "params": layer.params,
        "trainable_params": layer.trainable_params,
        "macs": layer.macs,
        "weights": [
            {"name": weight.name, "shape": weight.shape, "trainable": weight.trainable and layer.layer.trainable}
            for weight in layer.weights
        ],
        "non_trainable_params": layer.non_trainable_params,
        "bias_params": layer.bias_params,
        "untied_bias_params": layer.untied_bias_params,
        "weight_memory": layer.weight_memory,
        "neurons": layer.neurons,
        "connections": layer.connections,
        "shared_with": layer.shared_with,
        "flops": layer.flops,
    }


def _batched(shape: Shape) -> Shape:
    return (None, *shape)

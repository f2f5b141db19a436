"""Makes small ONNX models, and brings files into a folder."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import onnx
from onnx import helper, numpy_helper

import archsum
from archsum.results.summary import Summary

FLOAT, INT64, INT8, UINT8, BOOL = (
    onnx.TensorProto.FLOAT,
    onnx.TensorProto.INT64,
    onnx.TensorProto.INT8,
    onnx.TensorProto.UINT8,
    onnx.TensorProto.BOOL,
)

Sizes = Sequence[int | str | None]


def model(
    nodes: Sequence[Any],
    inputs: Mapping[str, Sizes],
    weights: Mapping[str, Any] | None = None,
    outputs: Sequence[str] = ("y",),
    *,
    opset: int = 20,
    types: Mapping[str, int] | None = None,
    opsets: Sequence[Any] = (),
) -> Any:
    """Make a model: `weights` are arrays, or the sizes of floats; `types` are those of inputs that are no floats."""
    stated = {name: filled(value) for name, value in (weights or {}).items()}
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info(name, (types or {}).get(name, FLOAT), sizes) for name, sizes in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in stated.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *opsets])


def filled(value: Any) -> Any:
    """Return an array; of sizes one of ones."""
    return numpy.ones(tuple(value), "float32") if isinstance(value, tuple) else numpy.asarray(value)


def node(kind: str, inputs: Sequence[str] = ("x",), outputs: Sequence[str] = ("y",), **attributes: Any) -> Any:
    """Make an operator."""
    return helper.make_node(kind, list(inputs), list(outputs), **attributes)


def summarize(made: Any, folder: Path, **options: Any) -> Summary:
    """Summarize a model, as a file."""
    return archsum.summarize(write(made, folder), **options)


def load(made: Any, folder: Path, **options: Any) -> Any:
    """Read a model, as a file."""
    return archsum.load(write(made, folder), **options)


def write(made: Any, folder: Path) -> Path:
    """Write a model, or bytes, into a folder."""
    path = folder / "model.onnx"
    path.write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    return path


def read_bytes(content: bytes) -> Any:
    """Read a model from its bytes alone."""
    from archsum.interchange.imported import Options
    from archsum.interchange.onnx.reading import read

    return read(io.BytesIO(content), "model.onnx", Options())

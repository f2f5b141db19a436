"""Runs source code of networks, built for Keras and for PyTorch, in a process of its own, and compares the models.

`python run_pairs.py FOLDER NAME…`, where the folder has the network itself, `NAME.yaml`, `NAME_keras.py` and
`NAME_torch.py` for each name. The code is run before anything of archsum is imported, as on a machine that has none,
for the file's variables, and for others where both functions take them. Both compute in double precision: a
normalization of what hardly varies makes single precision's rounding large.
"""

import inspect
import json
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any

import keras

OTHERS = {"width": 5, "depth": 3}
_FRAMEWORKS = ("keras", "torch")


def main(folder: Path, names: list[str]) -> None:
    """Print what differs, by the network's name: nothing where all is well."""
    warnings.simplefilter("ignore")
    keras.config.set_floatx("float64")
    pairs = {name: _pairs(folder, name) for name in names}
    assert not any(module.partition(".")[0] == "archsum" for module in sys.modules)
    found: dict[str, list[str]] = {}
    for name in names:
        text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
        for variables, models in pairs[name]:
            try:
                different = _differences(text, variables, *models)
            except Exception as error:
                different = [repr(error)]
            found.setdefault(name, []).extend(f"{variables}: {one}" for one in different)
    print(json.dumps(found))


def _pairs(folder: Path, name: str) -> list[tuple[dict[str, int], list[Any]]]:
    """Make both models, by the file's variables, and by others; an error in the place of one that cannot be made."""
    functions = [runpy.run_path(str(folder / f"{name}_{framework}.py"))[name] for framework in _FRAMEWORKS]
    taken = [inspect.signature(function).parameters.keys() for function in functions]
    found: list[tuple[dict[str, int], list[Any]]] = [({}, [function() for function in functions])]
    if taken[0] == taken[1] and taken[0]:
        others = {name: value for name, value in OTHERS.items() if name in taken[0]}
        found.append((others, [_made(function, others) for function in functions]))
    return found


def _made(function: Any, variables: dict[str, int]) -> Any:
    try:
        return function(**variables)
    except Exception as error:
        return error


def _differences(text: str, variables: dict[str, int], theirs: Any, ours: Any) -> list[str]:
    """Compare layers, shapes and weights with what archsum says of the network, and both models' values."""
    import archsum
    from tests.support.parity.both_built import difference, inputs_of

    try:
        summary = archsum.summarize(text, variables=variables)
    except archsum.SpecError:
        return []  # no network for these variables
    if failed := [repr(one) for one in (theirs, ours) if isinstance(one, Exception)]:
        return failed
    read = archsum.summarize(archsum.from_keras(theirs))
    found = []
    if _weighted(read) != _weighted(summary):
        found.append(f"Keras has {_weighted(read)}, and the network {_weighted(summary)}")
    sizes = {"Keras": theirs.count_params(), "PyTorch": sum(one.numel() for one in ours.parameters())}
    expected = {"Keras": summary.params, "PyTorch": summary.torch_params}
    if sizes != expected:
        found.append(f"parameters are {sizes}, not {expected}")
    inputs = [data.double() if data.is_floating_point() else data for data in inputs_of(ours, summary)]
    apart = difference(theirs, ours.eval().double(), inputs)
    return found if apart < 1e-4 else [*found, f"values are {apart} apart"]


def _weighted(summary: Any) -> list[Any]:
    """Return the layers with weights: the shapes of these, and of what they give.

    What a transposed convolution gives is larger where it is cropped by a layer of its own, behind which an untied bias
    is one too: it has itself the shape of what its layer gives.
    """
    found = []
    for layer in summary.layers:
        shape = [] if "transpose" in layer.layer.type else list(layer.output_shape)
        untied = [weight.shape for weight in layer.weights if weight.shape == layer.output_shape]
        found += [[[], [str(one)]] for one in untied]
        found.append([shape, sorted(str(weight.shape) for weight in layer.weights if weight.shape not in untied)])
    return sorted(one for one in found if one[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

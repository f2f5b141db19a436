"""Runs source code of networks, built for Keras and for PyTorch, in a process of its own, and compares the models.

`python run_pairs.py FOLDER NAME…`, where the folder has for each name the network itself, `NAME.yaml`, `NAME_keras.py` and
`NAME_torch.py`. The code is run before anything of archsum is imported, as on a machine that has none.
"""

import json
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any


def main(folder: Path, names: list[str]) -> None:
    """Print what differs, by the network's name: nothing where all is well."""
    warnings.simplefilter("ignore")
    models = {name: [_run(folder / f"{name}_{framework}.py") for framework in ("keras", "torch")] for name in names}
    assert not any(module.partition(".")[0] == "archsum" for module in sys.modules)
    found = {}
    for name, (theirs, ours) in models.items():
        try:
            found[name] = _differences((folder / f"{name}.yaml").read_text(encoding="utf-8"), theirs, ours.eval())
        except Exception as error:
            found[name] = [repr(error)]
    print(json.dumps(found))


def _run(path: Path) -> Any:
    return runpy.run_path(str(path))[path.stem.rpartition("_")[0]]()


def _differences(text: str, theirs: Any, ours: Any) -> list[str]:
    """Compare layers, shapes and weights with what archsum says of the network, and both models' values."""
    import archsum
    from tests.support.parity.both_built import difference, inputs_of

    summary = archsum.summarize(text)
    read = archsum.summarize(archsum.from_keras(theirs))
    found = []
    if _weighted(read) != _weighted(summary):
        found.append(f"Keras has {_weighted(read)}, and the network {_weighted(summary)}")
    sizes = {"Keras": theirs.count_params(), "PyTorch": sum(one.numel() for one in ours.parameters())}
    expected = {"Keras": summary.params, "PyTorch": summary.torch_params}
    if sizes != expected:
        found.append(f"parameters are {sizes}, not {expected}")
    apart = difference(theirs, ours, list(inputs_of(ours, summary)))
    return found if apart < 1e-4 else [*found, f"values are {apart} apart"]


def _weighted(summary: Any) -> list[Any]:
    """Return the layers with weights: the shapes of these, and of what they give.

    What a transposed convolution gives is larger where it is cropped by a layer of its own.
    """
    found = []
    for layer in summary.layers:
        shape = [] if "transpose" in layer.layer.type else list(layer.output_shape)
        found.append([shape, sorted(str(weight.shape) for weight in layer.weights)])
    return sorted(one for one in found if one[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

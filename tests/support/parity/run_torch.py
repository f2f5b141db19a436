"""Runs source code of PyTorch models in a process of its own, and prints what the models are.

`python run_torch.py FILE…`, where each FILE is called like its function; nothing of archsum is imported.
"""

import json
import runpy
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def facts_of(model: Any) -> dict[str, Any]:
    """Return what a model is: its parameters, and the shapes of what it gives for two samples, if it can be run."""
    import torch

    said = getattr(model, "input_shape", ())  # one of an unknown size says none
    shapes = said.values() if isinstance(said, dict) else [said]
    words = any(isinstance(module, torch.nn.Embedding) for module in model.modules())
    kind = torch.int64 if words else torch.float32
    outputs: list[list[int]] | None = None
    with suppress(NotImplementedError):
        if not said:
            raise NotImplementedError
        given = model(*(torch.zeros(2, *shape, dtype=kind, device="meta") for shape in shapes))
        outputs = [list(tensor.shape[1:]) for tensor in (given if isinstance(given, tuple) else (given,))]
    return {
        "outputs": outputs,
        "parameters": [[list(weight.shape), weight.requires_grad] for weight in model.parameters()],
    }


def main(files: list[str]) -> None:
    """Print the facts of each model, by the name of its function."""
    import torch

    found = {}
    for file in files:
        name = Path(file).stem
        with torch.device("meta"):
            found[name] = facts_of(runpy.run_path(file)[name]())
    assert not any(module.partition(".")[0] == "archsum" for module in sys.modules)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])

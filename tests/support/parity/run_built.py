"""Runs source code of Keras models in a process of its own, and prints what the models are.

`python run_built.py FILE…`, where each FILE is called like its function; nothing of archsum is imported.
"""

import json
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any


def facts_of(model: Any) -> dict[str, Any]:
    """Return what a model is: its configuration, its outputs' shapes, and its weights."""
    trained = {id(weight) for weight in model.trainable_weights}
    return {
        "config": model.to_json(),
        "outputs": [list(output.shape[1:]) for output in model.outputs],
        "weights": [[list(weight.shape), id(weight) in trained] for weight in model.weights],
    }


def main(files: list[str]) -> None:
    """Print the facts of each model, by the name of its function."""
    warnings.simplefilter("ignore")
    found = {}
    for file in files:
        name = Path(file).stem
        found[name] = facts_of(runpy.run_path(file)[name]())
    assert not any(module.partition(".")[0] == "archsum" for module in sys.modules)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])

"""The example of a search with Optuna finds a network within its limits, and trains no other."""

import runpy

import pytest

import archsum
from tests.support.paths import EXAMPLES


def test_the_example() -> None:
    pytest.importorskip("optuna")
    example = runpy.run_path(str(EXAMPLES / "search.py"))
    study = example["search"](40)
    states = {trial.state.name for trial in study.trials}
    assert states == {"COMPLETE", "PRUNED"}
    for trial in study.trials:
        size = trial.params["size"]
        summary = archsum.summarize(
            EXAMPLES / "mobilenet_v2.yaml", variables={"width": trial.params["width"]}, input=(3, size, size)
        )
        assert trial.user_attrs["found"] == {"params": summary.params, "macs": summary.macs}
        keeps = all(trial.user_attrs["found"][name] <= limit for name, limit in example["LIMITS"].items())
        assert (trial.state.name == "COMPLETE") == keeps

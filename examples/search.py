"""Search with Optuna for a MobileNetV2 that fits, without building one: too large candidates are pruned at once.

    pip install optuna && python examples/search.py

`accuracy_of` stands for your training; only networks that keep the limits come to it.
"""

from pathlib import Path
from typing import Any

import optuna

import archsum

NETWORK = archsum.template(Path(__file__).parent / "mobilenet_v2.yaml")
LIMITS = {"params": 2_500_000, "macs": 100_000_000}


def accuracy_of(params: int, macs: int) -> float:
    """Stand for a network's training: what is larger is more accurate."""
    return 1 - 1 / (1 + params / 1e6) - 1 / (1 + macs / 1e7)


def objective(trial: optuna.Trial) -> float:
    """Choose a width and a resolution; train what keeps the limits."""
    variables: dict[str, Any] = {"width": trial.suggest_float("width", 0.35, 1.4)}
    size = trial.suggest_int("size", 96, 224, step=32)
    found = NETWORK.totals(variables, (3, size, size), metrics=LIMITS)
    trial.set_user_attr("found", dict(found))
    if any((found[name] or 0) > limit for name, limit in LIMITS.items()):
        raise optuna.TrialPruned
    return accuracy_of(**found)  # type: ignore[arg-type]  # all sizes of this network are known


def search(trials: int) -> optuna.Study:
    """Search, and return what was found."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(objective, n_trials=trials)
    return study


if __name__ == "__main__":
    best = search(200).best_trial
    print(f"{best.params} has {best.user_attrs['found']}")

"""Networks without layers, weights or anything to train, with every command and every option."""

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from archsum import check, costs, fit, summarize
from archsum.budget import METRICS
from archsum.cli import main
from archsum.cli.process import COMMANDS
from archsum.memory.optimizers import OPTIMIZERS
from archsum.memory.precision import PRECISIONS
from archsum.render.diagram import FORMATS as DIAGRAMS
from archsum.render.summary.columns import OPTIONAL
from archsum.render.table import STYLES
from archsum.variants import METRICS as OF_VARIANTS

NOTHING = "relu: {if: false}"
WITHOUT_LAYERS = {
    "nothing": f"input: [8, 8, 3]\nlayers: [{NOTHING}]\n",
    "blocks of nothing": f"input: [8, 8, 3]\nblocks: {{b: {{layers: [{NOTHING}]}}}}\nlayers: [b, b]\n",
    "a repeat of nothing": f"input: [8, 8, 3]\nlayers: [repeat: {{times: 3, layers: [{NOTHING}]}}]\n",
    "several inputs": f"input: {{a: [8, 8, 1], b: [8, 8, 2]}}\nlayers: [{NOTHING}]\noutputs: [a, b]\n",
}
"""Each has 8 × 8 × 3 elements of input."""
OF_UNKNOWN_SIZE = {
    "nothing of unknown size": f"input: [null, null, 3]\nlayers: [{NOTHING}]\n",
    "an output of unknown size": "input: {a: [null, 3], b: [8]}\n"
    "layers: [dense: {name: d, inputs: b, units: 3}]\noutputs: [a, d]\n",
}
NETWORKS = {
    **WITHOUT_LAYERS,
    **OF_UNKNOWN_SIZE,
    "an input that is an output": "input: {a: [4], b: [8]}\n"
    "layers: [dense: {name: d, inputs: b, units: 3}]\noutputs: [a, d]\n",
    "no weights": "input: [8, 8, 3]\nlayers: [relu, flatten]\n",
    "views alone": "input: [8, 8, 3]\nlayers: [flatten, reshape: {target_shape: [192]}]\n",
    "all frozen": "input: [8]\nlayers:\n  - dense: {units: 4, trainable: false}\n"
    "  - batch_normalization: {trainable: false}\n",
    "weights without gradients": "input: [8]\nlayers: [normalization: {axis: -1}]\n",
}

OPTIONS = {
    "summary": [
        "",
        "--format json",
        "--format csv",
        "--format markdown",
        "--depth 1",
        f"--columns {','.join(OPTIONAL)}",
        *(f"--style {style}" for style in STYLES),
        *(f"--convention {tool}" for tool in ("torch", "fvcore", "ptflops")),
    ],
    "check": [
        *(f"--{name.replace('_', '-')} {limit}" for name in METRICS for limit in (0, 10**12)),
        *(
            f"--device {device} {more}"
            for device in ("t4", "nano33ble")
            for more in ("--format table", "--format json", "--format github", "--precision float32")
        ),
    ],
    "explain": [""],
    "memory": [
        "",
        "--format json",
        *(f"--optimizer {name} --precision {precision}" for name, precision in product(OPTIMIZERS, PRECISIONS)),
        "--batch 1",
    ],
    "fit": ["--device t4", "--device t4 --format json", "--device nano33ble", *(
        f"--device t4 --precision {precision}" for precision in PRECISIONS
    )],
    "diagram": [*(f"--format {format_} -o drawn" for format_ in DIAGRAMS), "--depth 1", "-o drawn.dot"],
    "plot": ["-o drawn.svg --device t4 --precision mixed"],
    "report": ["-o drawn.html --device t4 --max-params 10", "--precision mixed", "other.yaml"],
    "convert": ["", "--flat"],
    "sweep": ["--set n=1,2", *(f"--set n=1:9 --columns {','.join(OF_VARIANTS)} {more}" for more in (
        *(f"--format {name}" for name in ("table", "csv", "jsonl", "json")),
        "--sort params --top 2", "--pareto params,-macs",
    ))],
    "solve": [f"--vary n=1:9 --where layers<99 {more}" for more in ("", "--scan", "--smallest --format json")],
    "build": ["--to keras", "--to torch"],
    "diff": ["net.yaml", *(f"other.yaml --format {style}" for style in ("table", "markdown", "json", "html"))],
}  # fmt: skip


def test_every_command_is_here() -> None:
    assert {*OPTIONS} == {*COMMANDS} - {"completion", "layers", "devices", "schema", "explain-error", "git"}


@pytest.mark.parametrize("command", OPTIONS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_command(
    network: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    varied = "variables: {n: 1}\nname: ='net' if n else 'nets'\n"
    Path("net.yaml").write_text(f"{NETWORKS[network]}{varied}", encoding="utf-8")
    Path("other.yaml").write_text(NETWORKS["all frozen"], encoding="utf-8")
    run_with_every_option(
        command,
        capsys,
        is_refused=lambda options: command == "fit" and (network in OF_UNKNOWN_SIZE or "nano33ble" in options),
    )


def run_with_every_option(command: str, capsys: pytest.CaptureFixture[str], is_refused: Callable[[str], bool]) -> None:
    """Run a command on net.yaml in the current folder, and check its code and what it prints."""
    if command == "plot":
        pytest.importorskip("matplotlib")
    if command in ("report", "diff"):
        pytest.importorskip("jinja2")
    if command == "diagram":
        pytest.importorskip("pygraphviz")
    for options in OPTIONS[command]:
        code = main([command, "net.yaml", *options.split()])
        printed = capsys.readouterr()
        if is_refused(options):
            assert (code, printed.out) == (2, ""), options
        elif command == "check":
            found = check("net.yaml", limits(options), {"precision": "float32"} if "float32" in options else None)
            assert code == {True: 0, False: 1, None: 2}[found.ok], options
            assert bool(found.problems) == (None in [verdict.value for verdict in found.verdicts]), options
        else:
            assert code == 0, options
            assert printed.err == "", options
            assert bool(printed.out.strip()) != ("-o " in options), options
        if options.endswith("--format json") and not is_refused(options):
            json.loads(printed.out)


def limits(options: str) -> dict[str, int | str | None]:
    device = re.search("--device ([^ ]+)", options)
    limit = re.search("--(max-[a-z-]+) ([0-9]+)", options)
    stated: dict[str, int | str | None] = {"device": device[1]} if device else {}
    return stated | ({limit[1].replace("-", "_"): int(limit[2])} if limit else {})


@pytest.mark.parametrize("network", WITHOUT_LAYERS)
def test_what_a_network_without_layers_needs(network: str, tmp_path: Path) -> None:
    """Its inputs are in memory, and are its outputs; there is nothing else."""
    path = tmp_path / "net.yaml"
    path.write_text(NETWORKS[network], encoding="utf-8")
    summary = summarize(path)
    elements = 8 * 8 * 3
    assert (summary.layers, summary.params, summary.macs, summary.flops) == ((), 0, 0, 0)
    assert summary.outputs == tuple(summary.inputs)
    found = costs(path, {"batch": 2})
    assert found.training
    assert found.inference
    assert found.arena
    assert (found.training_peak, found.training.kept_for_backward, found.training.at) == (2 * elements * 4, 0, None)
    assert (found.inference_peak, found.activations_peak, found.inference.at) == (
        2 * elements * 4,
        2 * elements * 4,
        None,
    )
    assert (found.arena.head, found.flash) == (elements, 0)
    assert fit(path, "t4").training == fit(path, "t4").inference == 15_000_000_000 // (elements * 4)


@pytest.mark.parametrize(("network", "name"), [*zip(OF_UNKNOWN_SIZE, ["input", "a"], strict=True)])
def test_what_is_not_known_is_said(network: str, name: str, tmp_path: Path) -> None:
    """What no layer takes is unknown too, and a limit on it cannot pass."""
    path = tmp_path / "net.yaml"
    path.write_text(NETWORKS[network], encoding="utf-8")
    for limit in ("max_training_memory", "max_inference_memory", "max_activation_memory", "max_sram"):
        found = check(path, {limit: 10**12})
        (problem,) = found.problems
        assert (found.ok, problem.code) == (None, "unknown-value")
        assert f"of `{name}` is unknown" in problem.message
        assert problem.cure == "give `input` a number for every size, in the file or with `--input`"
    known = {"input": [8, 8, 3]} if name == "input" else {"a": [8, 3]}
    assert check(path, {"max_training_memory": 10**12, "max_sram": 10**12}, input=known).ok

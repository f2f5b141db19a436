"""Networks that have a weight of unknown size, with every command and every option."""

from pathlib import Path

import pytest

from archsum.cli import main
from tests.cli.test_networks_of_nothing import OPTIONS, run_with_every_option
from tests.conftest import Golden

NETWORK = """\
input: [16, 16, 3]
layers:
  - conv2d: {filters: 8, kernel_size: 3}
  - batch_normalization
  - custom:
      name: opaque
      weights: {unknown: [null], kernel: [=input_channels, null], bias: [=input_channels]}
      macs: =input_elements * input_channels
      flops: =input_elements * input_channels * 2
      kept: =input_elements
      scratch: 0
  - global_average_pooling2d
  - dense: {units: 10}
"""

STATED = "macs: 0, flops: 0, kept: 0, scratch: 0"
ONE = f"custom: {{name: opaque, weights: {{w: [null]}}, {STATED}}}"
NETWORKS = {
    "among others": NETWORK,
    "alone": f"input: [8]\nlayers: [{ONE}]\n",
    "not trained": f"input: [8]\nlayers: [custom: {{weights: {{w: {{shape: [null], trainable: false}}}}, {STATED}}}]\n",
    "frozen": f"input: [8]\nlayers: [custom: {{weights: {{w: [null]}}, trainable: false, {STATED}}}]\n",
    "a bias": f"input: [8]\nlayers: [custom: {{weights: {{bias: [null]}}, {STATED}}}]\n",
    "a bias and others": f"input: [8]\nlayers: [custom: {{weights: {{bias: [null], w: [2, 3]}}, {STATED}}}]\n",
    "shared": "input: [8]\nlayers:\n" + 2 * f"  - custom: {{shared: s, weights: {{w: [null]}}, {STATED}}}\n",
    "in a block": f"input: [8]\nblocks: {{b: {{layers: [{ONE}]}}}}\nlayers: [b, b, dense: 8]\n",
    "in a repeat": f"input: [8]\nlayers: [repeat: {{times: 3, layers: [{ONE}]}}]\n",
    "of several inputs": "input: {a: [8], b: [4]}\n"
    f"layers: [custom: {{inputs: [a, b], weights: {{w: [null]}}, {STATED}}}]\n",
    "of each step": "input: [4, 8]\n"
    f"layers: [time_distributed: {{layer: {{custom: {{weights: {{w: [null]}}, {STATED}}}}}}}]\n",
    "normalized": "input: [8]\n"
    f"layers: [spectral_normalization: {{layer: {{custom: {{weights: {{kernel: [8, null]}}, {STATED}}}}}}}]\n",
    "of a length": "input: [8]\n"
    f"layers: [weight_normalization: {{layer: {{custom: {{weights: {{kernel: [null]}}, {STATED}}}}}}}]\n",
    "and what is kept is unknown": "input: [8]\nlayers: [custom: {weights: {w: [null]}}, dense: 4]\n",
    "and an output": f"input: [8]\nlayers: [custom: {{output_shape: [null], weights: {{w: [null]}}, {STATED}}}]\n",
    "and an input": f"input: [null, 8]\nlayers: [{ONE}, dense: 8]\n",
}


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
    for file in ("net.yaml", "other.yaml"):
        varied = "variables: {n: 1}\nname: ='net' if n else 'nets'\n"
        Path(file).write_text(f"{NETWORKS[network]}{varied}", encoding="utf-8")
    run_with_every_option(command, capsys, is_refused=lambda _: command in ("build", "fit"))


OF_WEIGHTS = ("params", "weight-memory", "inference-memory", "training-memory", "flash", "layer-params")


@pytest.mark.parametrize("metric", OF_WEIGHTS)
@pytest.mark.parametrize("limit", ["0", "1000000000000"])
@pytest.mark.parametrize("network", NETWORKS)
def test_no_limit_on_what_weights_take_passes(
    network: str, metric: str, limit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(NETWORKS[network], encoding="utf-8")
    assert main(["check", str(path), f"--max-{metric}", limit]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"error[unknown-value]: `max_{metric.replace('-', '_')}` cannot be checked: the ")
    assert "state every size of the layer's `weights`" in printed


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("summary.txt", ["summary"], 0),
        ("explain.txt", ["explain", "opaque"], 0),
        ("memory.txt", ["memory"], 0),
        ("memory.json", ["memory", "--format", "json"], 0),
        ("fit.txt", ["fit", "--device", "t4"], 2),
        ("check.txt", ["check", *(f"--max-{metric}=5000000" for metric in (*OF_WEIGHTS, "macs"))], 2),
        ("check.json", ["check", "--max-params=5M", "--max-macs=5M", "--format=json"], 2),
        ("check_github.txt", ["check", "--max-params=5M", "--max-macs=1", "--format=github"], 2),
        ("check_board.txt", ["check", "--device", "nano33ble"], 2),
    ],
)
def test_output(
    name: str,
    arguments: list[str],
    code: int,
    golden: Golden,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command, *others = arguments
    assert main([command, "net.yaml", *others]) == code
    printed = capsys.readouterr()
    golden(f"unknown_weights_{name}", printed.err + printed.out)

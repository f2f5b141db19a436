import io
import json
import re
import sys
from pathlib import Path

import pytest

from archsum.cli import main
from tests.conftest import Golden
from tests.support.paths import EXAMPLES

NETWORK = """\
input: [32, 32, 3]
layers:
  - conv2d: {name: stem, filters: 32, kernel_size: 5}
  - conv2d: {name: middle, filters: 16, kernel_size: 3}
  - conv2d: {name: wide, filters: 64, kernel_size: 3}
  - conv2d: {name: last, filters: 10, kernel_size: 1, bias: false}
"""
STYLES = {
    "table": "check.txt",
    "json": "check.json",
    "github": "check_github.txt",
    "sarif": "check.sarif",
    "junit": "check_junit.xml",
    "gitlab": "check_gitlab.json",
}
BUDGETS = {
    "within.yaml": "budget: {max_params: 20k, max_macs: 11M, max_weight_memory: 1 MiB}\n",
    "over.yaml": "budget: {max_params: 16975, max_macs: 1G, max_layers: 3, max_layer_params: 4k}\n",
    "none.yaml": "",
}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, budget in BUDGETS.items():
        Path(name).write_text(NETWORK + budget, encoding="utf-8")
    Path("unknown.yaml").write_text(
        NETWORK.replace("[32, 32, 3]", "[null, 32, 3]") + "budget: {max_params: 1k, max_macs: 1G}\n", encoding="utf-8"
    )
    Path("broken.yaml").write_text("input: [32, 32, 3]\nlayers:\n  - conv2d: {filter: 3}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["within.yaml"], 0),
        (["over.yaml"], 1),
        (["none.yaml"], 2),
        (["unknown.yaml"], 2),
        (["broken.yaml"], 2),
        (["missing.yaml"], 2),
        (["within.yaml", "within.yaml"], 0),
        (["within.yaml", "over.yaml"], 1),
        (["over.yaml", "within.yaml"], 1),
        (["within.yaml", "broken.yaml"], 2),
        (["over.yaml", "broken.yaml", "within.yaml"], 2),
        (["unknown.yaml", "over.yaml"], 2),
        (["none.yaml", "--max-params", "1M"], 0),
        (["none.yaml", "--max-params", "1k"], 1),
        (["within.yaml", "--max-params", "16976"], 0),
        (["within.yaml", "--max-params", "16975"], 1),
        (["within.yaml", "--max-macs", "0"], 1),
        (["within.yaml", "--max-weight-memory", "60 kB"], 1),
        (["within.yaml", "--max-layers", "3"], 1),
        (["within.yaml", "--max-layer-params", "9k"], 1),
        (["within.yaml", "--max-trainable-params", "1"], 1),
        (["unknown.yaml", "--input", "32,32,3", "--max-params", "1M"], 0),
    ],
)
@pytest.mark.parametrize("style", STYLES)
def test_exit_code(arguments: list[str], code: int, style: str) -> None:
    assert main(["check", *arguments, "--format", style]) == code


@pytest.mark.parametrize("style", STYLES)
def test_several_files(style: str, golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    """All are reported, whichever of them is bad."""
    files = ["within.yaml", "broken.yaml", "over.yaml", "unknown.yaml", "missing.yaml", "none.yaml"]
    assert main(["check", *files, "--format", style]) == 2
    printed = capsys.readouterr()
    golden(STYLES[style], re.sub('timestamp="[^"]*"', 'timestamp="…"', printed.out))
    if style == "github":
        assert printed.err == ""
    else:
        golden("check_errors.txt", printed.err)


def test_miss_that_rounding_would_hide(golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    text = "input: [1, 5000001]\nlayers:\n  - conv1d: {filters: 1, kernel_size: 1, bias: false}\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    assert main(["check", "net.yaml", "--max-params", "5M"]) == 1
    golden("check_near.txt", capsys.readouterr().out)


@pytest.mark.parametrize("limit", ["99G", "20G"])
def test_figures_in_billions_fit_80_columns(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = "input: [224, 224, 512]\nlayers:\n  - conv2d: {filters: 512, kernel_size: 2, padding: same}\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    main(["check", "net.yaml", "--max-macs", limit, "--max-weight-memory", "40 GB"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["Metric", "Value", "Limit", "Used", "Verdict"]


def test_names_that_are_long_and_figures_in_billions_fit_80_columns(
    golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """\
input: [4096, 4096, 512]
blocks:
  a_block_of_two_convolutions:
    layers: [conv2d: {filters: 512, kernel_size: 7}, conv2d: {filters: 512, kernel_size: 7, name: the_second_one_of_it}]
layers: [a_block_of_two_convolutions: {name: the_only_block_of_this_network}]
budget:
  max_macs: 1T
  blocks: {the_only_block_of_this_network: {max_macs: 99999G}}
""".replace("1T", "999999999k")
    Path("net.yaml").write_text(text, encoding="utf-8")
    main(["check", "net.yaml", "--device", "t4", "--max-inference-memory", "400 GB", "--max-weight-memory", "1 kB"])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    golden("check_wide.txt", printed)


def test_colours_on_a_terminal_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    main(["check", "over.yaml"])
    plain = capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    main(["check", "over.yaml"])
    coloured = capsys.readouterr().out
    assert coloured.count("\033[1;31mOVER\033[0m by ") == plain.count("OVER by ") == 3
    assert coloured.count("\033[1;32mok\033[0m, ") == plain.count("ok, ") == 1
    assert re.sub(r"\033\[[\d;]*m", "", coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    main(["check", "over.yaml"])
    assert capsys.readouterr().out == plain


def test_json_does_not_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "\x9b31m red \u202e backwards \x7f × 日本"
    Path("net.yaml").write_text(NETWORK + f"name: {json.dumps(name)}\n", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-params", "1M", "--format", "json"]) == 0
    out = capsys.readouterr().out
    assert all(sign.isprintable() for sign in out.replace("\n", ""))
    assert "× 日本" in out
    assert json.loads(out)["files"][0]["name"] == name


def test_json_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "over.yaml", "within.yaml", "--max-macs", "0", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["schema_version"] == 1
    assert [file["file"] for file in report["files"]] == ["over.yaml", "within.yaml"]
    params, macs = report["files"][0]["verdicts"][:2]
    assert (params["metric"], params["value"], params["limit"], params["ok"]) == ("max_params", 16976, 16975, False)
    assert params["used"] == 16976 / 16975
    assert [part["name"] for part in params["contributors"]] == ["wide", "middle", "stem"]
    assert params["contributors"][0]["line"] == 5
    assert (macs["limit"], macs["used"], macs["ok"]) == (0, None, False)


def test_annotations_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a,b:c%d.yaml"
    Path(name).write_text(NETWORK, encoding="utf-8")
    assert main(["check", name, "--max-layer-params", "5k", "--format", "github"]) == 1
    output = capsys.readouterr().out
    assert output.count("\n") == 1
    assert output.startswith("::error file=a%2Cb%3Ac%25d.yaml,line=5,col=5,title=over-budget::")
    message = output.partition("over-budget::")[2]
    assert "(54.7 %25)" in message
    assert "%0A" in message
    assert not re.search(r"%(?!25|0A|0D)", message)


def test_annotations_hold_nothing_that_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    layer = 'custom: {output_shape: [4], weights: {"a\\e[31m\\u202e": [3]}, macs: 5}'
    Path("escape.yaml").write_text(f"input: [8]\nlayers: [{layer}]\n", encoding="utf-8")
    assert main(["check", "escape.yaml", "--max-params", "1", "--format", "github"]) == 2
    output = capsys.readouterr().out
    assert output.startswith("::error file=escape.yaml,line=2,")
    assert output.removesuffix("\n").isprintable()


def test_annotations_of_what_is_well_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "within.yaml", "--format", "github"]) == 0
    assert capsys.readouterr().out == ""


def test_many_layers_over_their_limit(capsys: pytest.CaptureFixture[str]) -> None:
    layers = "  - conv2d: {filters: 3, kernel_size: 1}\n" * 1200
    Path("deep.yaml").write_text(f"input: [8, 8, 3]\nlayers:\n{layers}", encoding="utf-8")
    assert main(["check", "deep.yaml", "--max-layer-params", "1"]) == 1
    output = capsys.readouterr().out
    assert len(output.splitlines()) < 20
    assert "… and 1,190 more layers" in output


@pytest.mark.parametrize(
    ("limit", "cure"),
    [
        *((limit, "k, M and G are thousands, millions and thousand millions") for limit in ("5X", "many", "1.5", "")),
        ("-1", "write what it must shrink by as a share, such as `-5%`"),
    ],
)
def test_limit_that_is_no_quantity(limit: str, cure: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", "within.yaml", f"--max-params={limit}"])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert "argument --max-params: takes a" in error
    assert cure in error


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NETWORK.encode()), encoding="utf-8"))
    assert main(["check", "-", "--max-params", "1M"]) == 0
    assert capsys.readouterr().out.startswith("<stdin>: within budget")


RESIDUAL = """\
input: [16, 16, 3]
blocks:
  pair:
    layers: [conv2d: {filters: 8, kernel_size: 3, padding: same, bias: untied}, batch_normalization, relu]
layers: [pair, residual: [pair], residual: [pair], global_average_pooling2d, dense: {units: 10}]
training: {batch: 64, optimizer: momentum}
devices:
  card: {memory: 1 GB}
  board: {ram: 36 KiB, flash: 70 KiB}
"""
MEMORY_LIMITS = [
    "--max-activation-memory",
    "--max-inference-memory",
    "--max-training-memory",
    "--max-sram",
    "--max-flash",
]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("check_memory.txt", [argument for limit in MEMORY_LIMITS for argument in (limit, "4 kB")]),
        ("check_memory_ok.txt", [argument for limit in MEMORY_LIMITS for argument in (limit, "1 GB")]),
        ("check_board.txt", ["--device", "board"]),
        ("check_batch.txt", ["--max-training-memory", "2 MB", "--checkpointing", "pair"]),
    ],
)
def test_memory(name: str, arguments: list[str], golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text(RESIDUAL, encoding="utf-8")
    assert main(["check", "net.yaml", *arguments]) == int("ok" not in name)
    golden(name, capsys.readouterr().out)


@pytest.mark.parametrize("limit", [limit for limit in MEMORY_LIMITS if limit != "--max-flash"])
@pytest.mark.parametrize(
    "network",
    [
        RESIDUAL.replace("[16, 16, 3]", "[null, 16, 3]").replace("untied", "tied"),
        # Only the input's size is unknown here, and no layer's output.
        "input: [null, null, 3]\nlayers: [global_average_pooling2d, dense: {units: 2}]\n",
    ],
)
def test_unknown_memory_is_no_pass(limit: str, network: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text(network, encoding="utf-8")
    assert main(["check", "net.yaml", limit, "1 TB"]) == 2
    printed = capsys.readouterr()
    assert f"`{limit[2:].replace('-', '_')}` cannot be checked: the" in printed.err
    assert "is unknown\n --> net.yaml:" in printed.err
    assert "= help: give `input` a number for every size" in printed.err
    row, below = printed.out.splitlines()[-2:]
    assert (row.split()[-1], below) == ("unknown", "  at most 1,000,000,000,000 bytes")


def test_flash_is_known_of_unknown_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text("input: [null, 3]\nlayers: [gru: {units: 2}, dense: {units: 5}]\n", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-flash", "1 MB", "--format", "json"]) == 0
    ((verdict,),) = (file["verdicts"] for file in json.loads(capsys.readouterr().out)["files"])
    assert verdict["value"] == (3 + 2) * 3 * 2 + 4 * 2 * 3 * 2 + 2 * 5 + 4 * 5


def test_arena_of_a_stated_precision_has_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text("input: [8]\nlayers: [dense: {units: 8}]\n", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-sram", "1 kB", "--max-flash", "1 kB", "--precision", "float32"]) == 0
    arena, arena_bytes, flash, flash_bytes = capsys.readouterr().out.splitlines()[-4:]
    assert (arena[:16], arena_bytes[:13]) == ("arena in float32", "  64 of 1,000")
    assert (flash[:16], flash_bytes[:14]) == ("flash in float32", "  288 of 1,000")


def test_arena_of_a_custom_layer_is_unknown_until_it_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    layers = "layers: [custom: {weights: {kernel: [8, 8], bias: [8]}%s}]\n"
    Path("net.yaml").write_text(f"input: [8]\n{layers % ''}", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-sram", "1 kB"]) == 2
    assert "= help: state `scratch` in the layer" in capsys.readouterr().err
    Path("net.yaml").write_text(f"input: [8]\n{layers % ', scratch: =input_elements * 5'}", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-sram", "80", "--max-flash", "96"]) == 0


def test_memory_of_a_custom_layer_is_unknown_until_it_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    layers = "layers: [custom: {output_shape: [4]%s}, dense: {units: 2}]\n"
    Path("net.yaml").write_text(f"input: [8]\n{layers % ''}", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-training-memory", "1 MB"]) == 2
    assert "= help: state `kept` in the layer" in capsys.readouterr().err
    Path("net.yaml").write_text(f"input: [8]\n{layers % ', kept: 8'}", encoding="utf-8")
    assert main(["check", "net.yaml", "--max-training-memory", "1 MB"]) == 0


@pytest.mark.parametrize(
    ("budget", "arguments", "limits"),
    [
        ("{device: t4}", [], {"max_training_memory": 15 * 10**9}),
        ("{device: board}", [], {"max_sram": 4 * 1024, "max_flash": 6 * 1024}),
        ("{device: board}", ["--device", "t4"], {"max_training_memory": 15 * 10**9}),
        ("{device: board, max_sram: 20 kB}", [], {"max_sram": 4 * 1024, "max_flash": 6 * 1024}),
        ("{max_training_memory: 1 TB}", ["--device", "t4"], {"max_training_memory": 15 * 10**9}),
        (
            "{device: board}",
            ["--max-params", "1M", "--max-flash", "1 kB"],
            {"max_params": 10**6, "max_sram": 4 * 1024, "max_flash": 1000},
        ),
    ],
)
def test_a_device_sets_limits_where_there_are_no_lower_ones(
    budget: str, arguments: list[str], limits: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("net.yaml").write_text(f"{RESIDUAL}budget: {budget}\n", encoding="utf-8")
    main(["check", "net.yaml", "--format", "json", *arguments])
    verdicts = json.loads(capsys.readouterr().out)["files"][0]["verdicts"]
    assert {verdict["metric"]: verdict["limit"] for verdict in verdicts} == limits


@pytest.mark.parametrize(
    ("share", "limit", "warns"),
    [("90%", 1000, False), ("90%", 800, True), ("90%", 774, True), ("0.7", 1000, True), ("77.4%", 1000, True)],
)
def test_warning_before_a_limit_is_reached(
    share: str, limit: int, warns: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "input: [128]\nlayers: [dense: {units: 6}]\n"  # 774 parameters
    Path("net.yaml").write_text(f"{text}budget: {{max_params: {limit}, warn_at: {share}}}\n", encoding="utf-8")
    assert main(["check", "net.yaml"]) == 0
    left = f"{limit - 774} left"
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"NEAR, {left}" if warns else f"ok, {left}")
    assert main(["check", "net.yaml", "--format", "json"]) == 0
    (verdict,) = json.loads(capsys.readouterr().out)["files"][0]["verdicts"]
    assert (verdict["ok"], verdict["warns"]) == (True, warns)


def test_warning_as_an_annotation(capsys: pytest.CaptureFixture[str]) -> None:
    text = "input: [128]\nlayers: [dense: {units: 6}]\n"  # 774 parameters
    Path("net.yaml").write_text(f"{text}budget: {{max_params: 800, warn_at: 90%}}\n", encoding="utf-8")
    assert main(["check", "net.yaml", "--format", "github"]) == 0
    message = "net: parameters 774, near the limit of 800"
    assert capsys.readouterr().out == f"::warning file=net.yaml,title=near-limit::{message}\n"


def test_no_warning_of_what_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text(f"{NETWORK}budget: {{max_params: 1k, warn_at: 1%}}\n", encoding="utf-8")
    assert main(["check", "net.yaml", "--format", "json"]) == 1
    (verdict,) = json.loads(capsys.readouterr().out)["files"][0]["verdicts"]
    assert verdict["warns"] is False


def test_biases_that_could_be_tied(capsys: pytest.CaptureFixture[str]) -> None:
    """One for each of 32 filters, not for each of 28 × 28 locations too."""
    assert main(["check", str(EXAMPLES / "biases" / "untied.yaml"), "--max-params", "10k", "--format", "json"]) == 1
    (verdict,) = json.loads(capsys.readouterr().out)["files"][0]["verdicts"]
    saving = f"with tied biases it would have {28 * 28 * 32 - 32:,} fewer parameters"
    assert verdict["help"] == [saving]
    some = str(EXAMPLES / "biases" / "untied_along_height.yaml")
    assert main(["check", some, "--max-params", "1k", "--format", "json"]) == 1
    saving = f"with tied biases it would have {126 * 32 - 32:,} fewer parameters"
    assert json.loads(capsys.readouterr().out)["files"][0]["verdicts"][0]["help"] == [saving]
    assert main(["check", str(EXAMPLES / "biases" / "tied.yaml"), "--max-params", "1k", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["files"][0]["verdicts"][0]["help"] == []


def test_largest_batch_and_checkpointing(capsys: pytest.CaptureFixture[str]) -> None:
    """The batch that is named fits, and one more does not; so does the block that is named."""
    file = str(EXAMPLES / "resnet50.yaml")
    check = ["check", file, "--format", "json", "--max-training-memory", "2 GB"]
    assert main(check) == 1
    (verdict,) = json.loads(capsys.readouterr().out)["files"][0]["verdicts"]
    (batch,) = re.findall(r"the largest batch that fits is (\d+)", verdict["help"][0])
    assert main([*check, "--batch", batch]) == 0
    assert main([*check, "--batch", str(int(batch) + 1)]) == 1
    block, size = re.findall(r"`checkpointing: (\w+)` it takes ([\d,]+) bytes, which fits", verdict["help"][1])[0]
    capsys.readouterr()
    assert main([*check, "--checkpointing", block]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["verdicts"][0]["value"] == int(size.replace(",", ""))


def test_arena_that_only_fits_in_one_order_of_tensors(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(EXAMPLES / "mlperf_tiny_visual_wake_words.yaml")
    assert main(["check", file, "--max-sram", "64512"]) == 0
    assert capsys.readouterr().out.endswith(
        "  = help: TensorFlow Lite Micro of today orders tensors of one size otherwise,\n"
        "          and needs 73,728 bytes\n"
    )
    assert main(["check", file, "--max-sram", "73728"]) == 0
    assert "help" not in capsys.readouterr().out

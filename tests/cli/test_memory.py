import json
from pathlib import Path

import pytest

import archsum
from archsum.cli import main
from archsum.render.memory.costs import render
from tests.conftest import Golden
from tests.support.paths import EXAMPLES

NETWORK = """\
input: [16, 16, 3]
blocks:
  pair:
    layers: [conv2d: {filters: 8, kernel_size: 3, padding: same, bias: false}, batch_normalization, relu]
layers: [pair, residual: [pair], global_average_pooling2d, dense: {units: 10}]
training: {batch: 64, optimizer: momentum, precision: mixed}
"""

PAIR = ("conv2d", "batch_normalization", "relu")

pytestmark = pytest.mark.usefixtures("file")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("memory.txt", ["net.yaml"]),
        ("memory_checkpointed.txt", ["net.yaml", "--checkpointing", "pair"]),
        ("memory_unknown.txt", ["net.yaml", "--input", "null,16,3"]),
        ("memory.json", ["net.yaml", "--format", "json"]),
    ],
)
def test_output(name: str, arguments: list[str], golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    golden(name, printed.out)


def test_what_the_arena_needs_today_is_said_where_it_differs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", str(EXAMPLES / "mlperf_tiny_visual_wake_words.yaml")]) == 0
    arena, flash = capsys.readouterr().out.splitlines()[-2:]
    assert arena == "  arena   64,512   63.00 KiB  at depthwise_conv2d; TensorFlow Lite Micro of today: 73,728"
    assert flash == "  flash  219,064  213.93 KiB"
    assert main(["memory", str(EXAMPLES / "mlperf_tiny_keyword_spotting.yaml")]) == 0
    assert "today" not in capsys.readouterr().out


def test_peak_in_the_optimizers_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", str(EXAMPLES / "vgg16.yaml"), "--batch", "1"]) == 0
    peak = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  peak"))
    assert peak.endswith("  in the optimizer's step")


def test_json_has_what_it_is_for_and_null_for_what_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", "net.yaml", "--format", "json", "--input", "null,16,3", "--batch", "7"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema_version": 1,
        "name": "net",
        "batch": 7,
        "optimizer": "momentum",
        "precision": "mixed",
        "checkpointing": [],
        "training": None,
        "inference": None,
        "key_value_cache": {"layers": 0, "per_token": 0, "tokens": None, "bytes": 0},
        "microcontroller": {
            "precision": "int8",
            "arena": None,
            "arena_of_today": None,
            "at": None,
            "flash": 3 * 9 * 8 + 4 * 8 + 8 * 9 * 8 + 4 * 8 + 8 * 10 + 4 * 10,
            "unknown": [
                {
                    "layers": [
                        *(f"{pair}/{layer}" for pair in ("pair", "pair_1") for layer in PAIR),
                        "add",
                        "global_average_pooling2d",
                    ],
                    "place": "net.yaml:4:14",
                    "reason": "a size is unknown",
                    "help": "give `input` a number for every size, in the file or with `--input`",
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("arguments", "row"),
    [
        ([], "  key/value cache  25,600   25.00 KiB  256 for each of 50 tokens"),
        (["--context", "4096"], "  key/value cache  2,097,152    2.00 MiB  256 for each of 4,096 tokens"),
        (
            ["--input", "null,32"],
            "  key/value cache  unknown              256 for each token; `--context` states how many there are",
        ),
        (
            ["--input", "null,32", "--context", "100", "--precision", "float16"],
            "  key/value cache  25,600   25.00 KiB  128 for each of 100 tokens",
        ),
    ],
)
def test_key_value_cache(arguments: list[str], row: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attention = "multi_head_attention: {num_heads: 4, key_dim: 8, causal: true}"
    file.write_text(f"input: [50, 32]\nlayers: [{attention}]\n", encoding="utf-8")
    assert main(["memory", "net.yaml", "--batch", "2", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    (found,) = (line for line in lines if line.startswith("  key/value cache"))
    assert found.split() == row.split()
    assert lines[lines.index(found) + 2].startswith("net: microcontroller")


def test_an_encoder_has_no_cache_unless_a_context_says_that_it_generates(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("input: [50, 32]\nlayers: [multi_head_attention: {num_heads: 4, key_dim: 8}]\n", encoding="utf-8")
    assert main(["memory", "net.yaml"]) == 0
    assert "cache" not in capsys.readouterr().out
    assert main(["memory", "net.yaml", "--context", "50"]) == 0
    assert "256 for each of 50 tokens" in capsys.readouterr().out


def test_precision_that_is_stated_is_the_microcontrollers_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Head as tflite-micro prints it for this network, converted by TensorFlow 2.21."""
    assert main(["memory", "net.yaml", "--precision", "float32"]) == 0
    *_, title, arena, flash = capsys.readouterr().out.splitlines()
    assert title == "net: microcontroller, float32"
    assert arena.split()[:2] == ["arena", "24,576"]
    assert flash.split()[:2] == ["flash", f"{4 * (3 * 9 * 8 + 8 + 8 * 9 * 8 + 8 + 8 * 10 + 10):,}"]
    assert main(["memory", "net.yaml", "--precision", "bfloat16"]) == 0
    assert "net: microcontroller, int8" in capsys.readouterr().out


def test_what_a_microcontroller_lacks_is_said_with_place_and_cure(
    file: Path, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "input: [8]\nlayers: [dense: {units: 8, activation: gelu}, repeat_vector: {n: 3}, gru: {units: 2}, softmax]\n"
    )
    file.write_text(text, encoding="utf-8")
    assert main(["memory", "net.yaml"]) == 0
    golden("memory_lacking.txt", capsys.readouterr().out)
    assert main(["check", "net.yaml", "--max-sram", "1 MB"]) == 2
    golden("check_lacking.txt", capsys.readouterr().err)


def test_of_very_many_causes_the_first_are_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each cure has sizes of its own, so that no two causes are one."""
    repeat = "repeat: {times: 300, layers: [repeat_vector: {n: =index + 1}, flatten, dense: {units: 2}]}"
    file.write_text(f"input: [2]\nlayers: [{repeat}]\n", encoding="utf-8")
    assert main(["memory", "net.yaml"]) == 0
    *_, last, more, flash = capsys.readouterr().out.splitlines()
    assert last == (
        "    = help: write `reshape: {target_shape: [1, 1, 2]}`, `up_sampling2d: {size: [200, 1]}` "
        "and `reshape: {target_shape: [200, 2]}`"
    )
    assert more == "    … and 100 more causes"
    assert flash.split()[0] == "flash"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--batch", "0"),
        ("--batch", "-3"),
        ("--batch", "many"),
        ("--context", "0"),
    ],
)
def test_option_that_is_wrong(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["memory", "net.yaml", option, value])
    assert caught.value.code == 2
    assert f"argument {option}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "cure"),
    [
        ("optimizer", "adm", "did you mean `adam`?"),
        ("optimizer", "adamW", "did you mean `adamw`?"),
        ("precision", "fp16", "write `float16`"),
        ("precision", "bf16", "write `bfloat16`"),
        ("precision", "amp", "write `mixed`"),
    ],
)
@pytest.mark.parametrize("command", ["memory", "fit", "check"])
def test_a_word_that_is_none_is_said_as_of_a_file(
    command: str, option: str, value: str, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    others = {"memory": [], "fit": ["--device", "t4"], "check": ["--max-training-memory", "1GB"]}[command]
    assert main([command, "net.yaml", f"--{option}", value, *others]) == 2
    assert capsys.readouterr().err == f"error[bad-value]: `{option}` cannot be `{value}`\n = help: {cure}\n"


def test_block_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", "net.yaml", "--checkpointing", "pairs"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "error[unknown-name]: `checkpointing` cannot be `pairs`, which is no block of net\n"
        " = help: did you mean `pair`?\n"
    )


@pytest.mark.parametrize("command", [["memory"], ["check", "--max-params", "1M"], ["fit", "--device", "t4"]])
def test_block_of_the_file_that_there_is_not(
    command: list[str], file: Path, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(NETWORK.replace("training: {", "training: {checkpointing: [pair, stem], "), encoding="utf-8")
    assert main([*command, "net.yaml"]) == 2
    golden("checkpointing_unknown.txt", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("device", "lines"),
    [
        ("8GB", ["% of the 7,000,000,000 bytes that a GPU of 8GB has for the network"] * 2),
        ("nano33ble", ["% of the 229,376 bytes that Arduino Nano 33 BLE has for the network", "bytes of flash"]),
    ],
)
def test_how_much_of_a_device_is_used(
    device: str, lines: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["memory", str(file), "--device", device]) == 0
    printed = [line for line in capsys.readouterr().out.splitlines() if "%" in line]
    assert len(printed) == len(lines)
    assert all(text in line for text, line in zip(lines, printed, strict=True))


def test_the_part_of_a_device_that_is_used_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", str(file), "--device", "8GB", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["device"]["available"] == 7 * 10**9
    assert found["device"]["used"]["training"] == found["training"]["peak"] / (7 * 10**9)
    assert main(["memory", str(file), "--device", "8"]) == 2
    assert "`device` cannot be `8`, which is no device" in capsys.readouterr().err


def test_lines_are_as_wide_as_the_terminal() -> None:
    found = archsum.costs(EXAMPLES / "gpt2.yaml")
    wide, narrow = render(found).splitlines(), render(found, width=80).splitlines()
    assert max(map(len, wide)) > 80 >= max(map(len, narrow))
    peak = next(number for number, line in enumerate(narrow) if line.startswith("  peak"))
    assert narrow[peak : peak + 2] == [
        "  peak               28,100,496,384   26.17 GiB  in the backward pass of",
        "                                                 decoder_11/dense_1",
    ]
    assert [word for line in narrow for word in line.split()] == [word for line in wide for word in line.split()]


@pytest.mark.parametrize(
    ("source", "arguments", "is_told"),
    [
        ("lenet5.yaml", [], True),
        ("lenet5.yaml", ["--device", "nano33ble"], True),
        ("lenet5.yaml", ["--device", "t4"], False),
        ("gpt2.yaml", [], False),
        ("gpt2.yaml", ["--device", "nano33ble"], True),
    ],
)
def test_a_microcontroller_is_told_of_where_it_matters(
    source: str, arguments: list[str], is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["memory", str(EXAMPLES / source), *arguments]) == 0
    assert ("microcontroller" in capsys.readouterr().out) is is_told
    assert main(["memory", str(EXAMPLES / source), *arguments, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["microcontroller"]["flash"]


def test_a_little_is_not_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", str(EXAMPLES / "lenet5.yaml"), "--device", "t4"]) == 0
    assert "\n  < 0.1 % of the 15,000,000,000 bytes" in capsys.readouterr().out

"""What reading a live model does to it, what it says of it, and what it refuses."""

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archsum
from archsum import SpecError
from archsum.cli import main
from tests.support.paths import ROOT

torch: Any = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")]

from tests.interchange.torch import models  # noqa: E402


def kinds(network: archsum.Network) -> list[str]:
    return [layer.layer.type for layer in archsum.summarize(network).layers]  # type: ignore[attr-defined]


def test_the_model_is_what_it_was() -> None:
    model = models.Small().eval()
    model.frozen.requires_grad_(False)
    before, state = copy.deepcopy(model.state_dict()), (torch.get_rng_state(), random.getstate())
    fast = torch.backends.mha.get_fastpath_enabled()
    archsum.from_torch(model, torch.zeros(1, 3, 8, 8))
    assert not any(module.training for module in model.modules())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert torch.equal(state[0], torch.get_rng_state())
    assert state[1] == random.getstate()
    assert torch.backends.mha.get_fastpath_enabled() == fast
    assert {tensor.device.type for tensor in model.parameters()} == {"cpu"}


def test_blocks_and_origins() -> None:
    network = archsum.from_torch(models.Small(), (3, 8, 8), name="small")
    summary = archsum.summarize(network)
    assert summary.name == "small"
    names = [layer.name for layer in summary.layers]
    assert names[:5] == ["stem", "blocks/0/conv", "blocks/0/norm", "blocks/0/relu", "blocks/0/add"]
    origin = summary.layers[1].node.origin
    assert origin
    assert (origin.path, origin.type) == ("blocks.0.conv", "Conv2d")
    assert origin.weights == ("blocks.0.conv.weight", "blocks.0.conv.bias")
    assert network.graph.groups["blocks", "0"].kind == "Block"


def test_layers_and_blocks_are_found_by_the_names_that_pytorch_has_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    model = models.Small()
    network = archsum.from_torch(model, (3, 8, 8))
    summary = archsum.summarize(network)
    named = {layer.node.origin.path for layer in summary.layers if layer.node.origin}
    for path, module in model.named_modules():
        if path in named and not list(module.children()):
            found = summary[path]
            assert found.params == sum(tensor.numel() for tensor in module.parameters()) + sum(
                tensor.numel() for name, tensor in module.named_buffers() if "running" in name
            )
    assert summary["blocks.0"] == summary["blocks/0"]
    assert [layer.layer.name for layer in archsum.explain(network, "blocks.0.conv").layers] == ["blocks/0/conv"]
    assert str(archsum.diagram(network, "blocks.0")) == str(archsum.diagram(network, "blocks/0"))
    assert main(["explain", "tests.interchange.torch.models:Small", "blocks.0.conv", "--input", "3,8,8"]) == 0
    assert capsys.readouterr().out.startswith("blocks/0/conv (Conv2D)")
    with pytest.raises(SpecError, match=r"did you mean `blocks.0.conv`\?"):
        summary["blocks.0.cnv"]


def test_frozen_weights() -> None:
    model = models.Small()
    model.frozen.requires_grad_(False)
    summary = archsum.summarize(archsum.from_torch(model, (3, 8, 8)))
    assert summary.trainable_params == sum(each.numel() for each in model.parameters() if each.requires_grad)
    assert summary.torch_params == sum(each.numel() for each in model.parameters())


def test_weights_frozen_in_part_are_noted() -> None:
    model = torch.nn.Linear(3, 4)
    model.bias.requires_grad_(False)
    (warning,) = archsum.from_torch(model, (3,)).warnings
    assert warning.code == "differs"
    assert "trains some of its weights only" in warning.message


@pytest.mark.parametrize(
    "example",
    [
        {"left": (8,), "right": (6,), "words": (5,)},
        ((8,), (6,), (5,)),
        (torch.zeros(2, 8), torch.zeros(2, 6), torch.zeros(2, 5, dtype=torch.int64)),
        {"right": (6,), "words": (5,), "left": torch.zeros(1, 8)},
    ],
)
def test_several_inputs(example: Any) -> None:
    summary = archsum.summarize(archsum.from_torch(models.Several(), example))
    assert dict(sorted(summary.inputs.items())) == {"left": (8,), "right": (6,), "words": (5,)}
    assert summary.torch_params == sum(each.numel() for each in models.Several().parameters())


def test_a_model_on_the_meta_device() -> None:
    with torch.device("meta"):
        model = models.Small()
    assert kinds(archsum.from_torch(model, (3, 8, 8))) == kinds(archsum.from_torch(models.Small(), (3, 8, 8)))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_shape_is_of_data_of_the_models_own_type(dtype: Any) -> None:
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).to(dtype)
    assert archsum.summarize(archsum.from_torch(model, (3, 8, 8))).params == 128


def test_a_model_that_reads_what_it_made_runs_on_the_cpu() -> None:
    assert kinds(archsum.from_torch(models.ReadsConstants(), (4,))) == ["dense", "elementwise"]


def test_layers_that_are_used_again_share_their_weights() -> None:
    network = archsum.from_torch(models.Shared(), (5,))
    summary = archsum.summarize(network)
    assert summary.torch_params == sum(each.numel() for each in models.Shared().parameters())
    by_name = {layer.name: layer.node for layer in summary.layers}
    assert by_name["encoder_1"].shared_with == "encoder"
    assert tuple(by_name["head"].shared_weights["kernel"]) == ("words", "embeddings")


def test_parameters_that_no_output_depends_on_are_noted() -> None:
    (warning,) = archsum.from_torch(models.Unused(), (5,)).warnings
    assert warning.code == "unused"
    assert "`never.weight`, `never.bias`" in warning.message


def test_what_no_kind_does_is_custom_and_noted() -> None:
    network = archsum.from_torch(models.Unknown(), (5,))
    (warning,) = network.warnings
    assert warning.span
    assert (warning.code, warning.span.place) == ("custom-layer", "Unknown: fft_fft")
    summary = archsum.summarize(network)
    assert [layer.macs for layer in summary.layers if layer.type == "Custom"] == [None]
    assert summary.macs is None


def test_a_warning_says_which_totals_are_unknown() -> None:
    (of_nothing,) = archsum.from_torch(models.Unknown(), (5,)).warnings
    assert of_nothing.cure.endswith("its operations unknown, and so are totals of operations")
    network = archsum.from_torch(models.ComputedKernel(), (3, 8, 8))
    (of_products,) = network.warnings
    assert of_products.cure == "its shapes, weights and MACs are right, its FLOPs unknown, and so are totals of FLOPs"
    summary = archsum.summarize(network)
    assert summary.macs == 4 * 3 * 3 * 3 * 8 * 8  # the scaling is no product that is added up
    assert summary.flops is None


def test_a_module_that_is_called_often_is_noted_once() -> None:
    network = archsum.from_torch(models.Stepping(), (5, 4))
    (warning,) = network.warnings
    assert warning.message == "cell (gru_cell) is one step of a recurrent layer: it is written as `custom`"
    assert archsum.summarize(network).macs == 5 * 3 * 8 * (4 + 8)


@pytest.mark.filterwarnings("ignore")
def test_packed_weights_are_unknown_and_so_are_totals() -> None:
    """PyTorch shows none of them as parameters."""
    plain = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.LSTM(3, 5, batch_first=True))
    model = torch.ao.quantization.quantize_dynamic(plain, {torch.nn.Linear, torch.nn.LSTM})
    network = archsum.from_torch(model, (7, 4))
    assert ["has packed weights" in warning.message for warning in network.warnings] == [True, True]
    assert network.warnings[0].cure.startswith("its shapes are right, its weights and operations unknown")
    summary = archsum.summarize(network)
    assert [layer.output_shape for layer in summary.layers][:2] == [(7, 3), (7, 5)]
    assert [layer.params for layer in summary.layers][:2] == [None, None]
    assert (summary.params, summary.trainable_params, summary.non_trainable_params) == (None, None, None)
    assert summary.macs is None


@pytest.mark.filterwarnings("ignore")
def test_packed_weights_of_a_function_that_has_the_name_of_another() -> None:
    of_quantized = torch.ao.nn.quantized
    model = torch.nn.Sequential(
        of_quantized.Quantize(0.1, 0, torch.quint8), of_quantized.Linear(4, 3), of_quantized.DeQuantize()
    )
    summary = archsum.summarize(archsum.from_torch(model, (4,)))
    assert [layer.params for layer in summary.layers] == [0, None, 0]


@pytest.mark.parametrize(
    "function", [lambda x: torch.cat([x, x], 0), lambda x: x[:, torch.tensor([True, False, True, False, True])]]
)
def test_functions_that_are_no_kind_in_this_way(function: Callable[[Any], Any]) -> None:
    class Calling(torch.nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return function(x)

    network = archsum.from_torch(Calling(), (5,))
    assert [warning.code for warning in network.warnings] == ["custom-layer"]
    assert kinds(network) == ["custom"]


@pytest.mark.parametrize("function", [models.writes_into_a_part, models.writes_into_a_view])
def test_what_is_written_into_a_part_of_a_tensor_is_not_lost(function: Callable[[Any], Any]) -> None:
    class Writing(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(5, 5)

        def forward(self, x: Any) -> Any:
            return function(self.inner(x))

    found = kinds(archsum.from_torch(Writing(), (5,)))
    assert found[0] == "dense"
    assert "relu" in found
    assert "custom" in found


def test_masks_of_attention_count_nothing() -> None:
    network = archsum.from_torch(models.Masked(), torch.zeros(1, 7, dtype=torch.int64))
    assert kinds(network) == ["embedding", "multi_head_attention"]


def test_modules_that_share_an_input_in_place() -> None:
    summary = archsum.summarize(archsum.from_torch(models.InPlace(), (5,)))
    assert [layer.node.inputs for layer in summary.layers] == [("x",), ("inner",), ("relu", "relu")]


def test_a_forward_that_was_put_in_the_place_of_another() -> None:
    network = archsum.from_torch(models.Patched(), (5,))
    assert kinds(network) == ["relu", "dense"]


def test_what_does_not_depend_on_the_batch_counts_once() -> None:
    summary = archsum.summarize(archsum.from_torch(models.TableOfItsOwn(), (7, 4)))
    assert summary.macs == 7 * 4 * 4 + 7 * 3 * 4


def test_windows_in_the_batch() -> None:
    summary = archsum.summarize(archsum.from_torch(models.Windows(), (8, 8, 6)))
    shapes = [layer.output_shape for layer in summary.layers]
    assert (4, 16, 6) in shapes
    assert summary.macs == 8 * 8 * 6 * 18 + 2 * 4 * 16 * 16 * 6


REFUSED: dict[str, tuple[Callable[[], Any], Any, str]] = {
    "the data decides": (models.DataDecides, (5,), "not-a-network"),
    "the data decides how many": (models.DataDecidesHowMany, (5,), "not-a-network"),
    "the batch decides": (models.BatchDecides, (5,), "not-a-network"),
    "samples are put together": (models.ComparesSamples, (5,), "not-a-network"),
    "TorchScript": (lambda: torch.jit.trace(models.Plain(), torch.zeros(2, 5)), (5,), "not-a-network"),
    "a function in TorchScript": (models.CallsScript, (5,), "not-a-network"),
    "a shape is missing": (lambda: torch.nn.LazyLinear(3), (5,), "not-a-network"),
    "an input is missing": (models.Several, {"left": (8,), "right": (6,)}, "inputs"),
    "no shape": (models.Plain, "5", "inputs"),
    "no shape among several": (models.Plain, ["5"], "inputs"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    build, example, code = REFUSED[what]
    with pytest.raises(SpecError) as refused:
        archsum.from_torch(build(), example)
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == [code]
    assert all(diagnostic.cure for diagnostic in refused.value.diagnostics)


def test_exceptions_of_the_model_are_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        archsum.from_torch(models.Raises(), (5,))


class TestCommand:
    """`archsum summary module:name`, in the folder that the module is in."""

    @pytest.fixture(autouse=True)
    def folder(self, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(ROOT)
        return ROOT

    def run(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
        code = main(["summary", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    def test_a_class(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = self.run(capsys, "tests.interchange.torch.models:Small", "--input", "3,8,8")
        assert (code, err) == (0, "")
        assert 'Model: "Small"' in out

    def test_no_input(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = self.run(capsys, "tests.interchange.torch.models:Small")
        assert (code, out) == (2, "")
        assert "error[inputs]: `Small` is a PyTorch model, which does not say what its inputs are" in err
        assert "--input 3,224,224" in err

    def test_several_inputs(self, capsys: pytest.CaptureFixture[str]) -> None:
        inputs = [part for size in ("left=8", "right=6", "words=5") for part in ("--input", size)]
        code, out, _ = self.run(capsys, "tests.interchange.torch.models:Several", *inputs)
        assert code == 0
        assert "words (InputLayer)" in out

    def test_a_model_that_raises_after_it_prints(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = self.run(capsys, "tests.interchange.torch.models:Raises", "--input", "5")
        assert (code, out) == (2, "")
        assert "hello" in err
        assert "raised ZeroDivisionError" in err
        assert "models.py: line" in err

    def test_warnings_are_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = self.run(capsys, "tests.interchange.torch.models:Unused", "--input", "5")
        assert code == 0
        assert "Total params" in out
        assert "warning[unused]" in err


def test_a_live_model_where_none_is_read() -> None:
    cure = "a value of type Linear: read it with `archsum.from_torch`$"
    with pytest.raises(TypeError, match=f"a text or a mapping, not as {cure}"):
        archsum.summarize(torch.nn.Linear(3, 2))
    with pytest.raises(TypeError, match=f"`from_keras` takes a keras.Model, not {cure}"):
        archsum.from_keras(torch.nn.Linear(3, 2))


class TestWhatAModelRaises:
    """Where the user's own lines are is shown first, and what was tried and works instead."""

    CODE = """
import torch
from torch import nn

class Wrong(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(100, 10))

    def forward(self, x):
        return self.head(x)

class Image(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)

class Words(nn.Module):
    def forward(self, x):
        return nn.functional.one_hot(x, 6).float()

class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Conv1d(4, 2, 1)

    def forward(self, left, right):
        return self.fc(left) + self.fc(right)
"""

    @pytest.fixture(autouse=True)
    def code(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "raising.py").write_text(self.CODE, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.delitem(__import__("sys").modules, "raising", raising=False)

    def complaint(self, name: str, shape: Any) -> archsum.Diagnostic:
        with pytest.raises(SpecError) as caught:
            archsum.load(f"raising:{name}", input=shape)
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.code == "raised"
        return diagnostic

    def test_the_users_line_is_the_place_and_the_module_is_named(self) -> None:
        diagnostic = self.complaint("Wrong", (3, 8))
        assert diagnostic.span
        assert diagnostic.span.place.endswith("raising.py: line 11")
        assert diagnostic.cure == "see module `head.1`, in which it was raised"
        (innermost,) = diagnostic.notes
        assert "torch" in innermost[1].place

    def test_a_shape_with_the_batch_axis(self) -> None:
        cure = self.complaint("Image", (1, 3, 64, 64)).cure
        assert cure.endswith("; shapes have no batch axis: write `--input 3,64,64`")
        archsum.load("raising:Image", input=(3, 64, 64))

    def test_several_shapes_with_the_batch_axis(self) -> None:
        cure = self.complaint("Siamese", {"left": (1, 4, 9), "right": (1, 4, 9)}).cure
        assert cure.endswith(": write `--input left=4,9` `--input right=4,9`")
        archsum.load("raising:Siamese", input={"left": (4, 9), "right": (4, 9)})

    def test_a_shape_that_does_not_work_without_its_first_axis_either(self) -> None:
        assert "batch axis" not in self.complaint("Image", (1, 2, 64, 64)).cure

    def test_whole_numbers(self) -> None:
        cure = self.complaint("Words", (5,)).cure
        assert cure.startswith("`x` takes whole numbers: give `archsum.from_torch` an example, such as ")
        assert "`torch.zeros(1, 5, dtype=torch.int64)`" in cure

    def test_in_python_it_is_the_models_own_exception(self) -> None:
        with pytest.raises(RuntimeError, match="conv2d") as caught:
            archsum.from_torch(torch.nn.Conv2d(3, 8, 3), (1, 3, 64, 64))
        assert caught.value.__notes__ == ["shapes have no batch axis: write `--input 3,64,64`"]

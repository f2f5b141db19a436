"""Models of transformers and timm, built small of their configurations, read live and held to what PyTorch counts."""

from collections.abc import Callable
from typing import Any

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = pytest.mark.torch

from tests.interchange.torch import counted  # noqa: E402
from tests.support.parity.torch_models import torchvision  # noqa: E402

SMALL = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
OF_IMAGES = {**SMALL, "image_size": 32, "patch_size": 8}
OF_WORDS = {**SMALL, "vocab_size": 100}
GPT2 = {"n_embd": 64, "n_layer": 2, "n_head": 4, "vocab_size": 100, "n_positions": 32}
T5 = {"d_model": 64, "num_layers": 2, "num_heads": 4, "d_kv": 16, "d_ff": 128, "vocab_size": 100}
STAGES = {"hidden_sizes": [16, 32, 64, 128], "depths": [1, 1, 1, 1]}
SWIN = {"embed_dim": 16, "depths": [1, 2], "num_heads": [2, 4], "image_size": 64, "patch_size": 4, "window_size": 4}

TRANSFORMERS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "GPT2LMHeadModel": ("GPT2Config", {**GPT2, "bos_token_id": 0, "eos_token_id": 0}, ["input_ids"]),
    "BertModel": ("BertConfig", OF_WORDS, ["input_ids"]),
    "RobertaModel": ("RobertaConfig", OF_WORDS, ["input_ids"]),
    "LlamaForCausalLM": ("LlamaConfig", {**OF_WORDS, "num_key_value_heads": 2}, ["input_ids"]),
    "T5ForConditionalGeneration": ("T5Config", T5, ["input_ids", "decoder_input_ids"]),
    "ViTModel": ("ViTConfig", OF_IMAGES, (3, 32, 32)),
    "CLIPVisionModel": ("CLIPVisionConfig", OF_IMAGES, (3, 32, 32)),
    "ConvNextModel": ("ConvNextConfig", STAGES, (3, 64, 64)),
    "SegformerModel": ("SegformerConfig", STAGES, (3, 64, 64)),
    "SwinModel": ("SwinConfig", SWIN, (3, 64, 64)),
}
TIMM = {
    "beit_base_patch16_224": 224,
    "convnext_tiny": 64,
    "efficientnet_b0": 64,
    "ghostnet_100": 64,
    "levit_128s": 224,
    "mixer_s32_224": 224,
    "mobilevit_xs": 64,
    "pvt_v2_b0": 64,
    "resnet50d": 64,
    "sequencer2d_s": 224,
    "swin_tiny_patch4_window7_224": 224,
    "vit_tiny_patch16_224": 224,
    "xcit_nano_12_p16_224": 224,
}


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers(name: str) -> None:
    torchvision()  # which transformers imports too
    transformers: Any = pytest.importorskip("transformers")
    config, fields, shapes = TRANSFORMERS[name]
    model = getattr(transformers, name)(getattr(transformers, config)(**fields))
    if isinstance(shapes, list):
        words = {each: torch.zeros(2, 16 - number, dtype=torch.int64) for number, each in enumerate(shapes)}
        _compare(model, words, lambda samples: {key: _batch(tensor, samples) for key, tensor in words.items()})
    else:
        _compare(model, shapes, lambda samples: {"pixel_values": torch.empty(samples, *shapes, device="meta")})


def _batch(tensor: Any, samples: int) -> Any:
    return torch.zeros(samples, *tensor.shape[1:], dtype=torch.int64, device="meta")


@pytest.mark.parametrize("name", TIMM)
def test_timm(name: str) -> None:
    torchvision()
    timm: Any = pytest.importorskip("timm")
    model, size = timm.create_model(name, pretrained=False), TIMM[name]
    _compare(model, (3, size, size), lambda samples: {"x": torch.empty(samples, 3, size, size, device="meta")})


def _compare(model: Any, example: Any, batch: Callable[[int], dict[str, Any]]) -> None:
    summary = archsum.summarize(archsum.from_torch(model, example))
    assert summary.torch_params == sum(parameter.numel() for parameter in model.parameters())
    assert summary.non_trainable_params == counted.statistics(model)
    model.to("meta")
    two, three = (counted.run(model, **batch(samples)) for samples in (2, 3))
    assert summary.macs == counted.macs_of_a_sample(two, three)

"""What attention caches of each token, where a sequence is generated a token at a time."""

import io
from typing import Any

import pytest

from archsum import costs
from archsum.memory.cache import KeyValueCache
from tests.support.layers import layer
from tests.support.paths import EXAMPLES


def cached(text: str, context: int | None = None, **training: Any) -> KeyValueCache:
    return costs(io.StringIO(text), {"batch": 1, **training}, context=context).key_value_cache


def decoder(attention: str, width: int, depth: int) -> str:
    return f"input: [2048, {width}]\nlayers: [repeat: {{times: {depth}, layers: [residual: [{attention}]]}}]\n"


@pytest.mark.parametrize(
    ("text", "layers", "per_token"),
    [
        # OPT-13B: "800 KB", and "1.6 GB" of 2,048 tokens, Kwon et al. 2023, arXiv:2309.06180, section 3.1.
        (decoder("multi_head_attention: {num_heads: 40, key_dim: 128, causal: true}", 5120, 40), 40, 800 * 1024),
        # Llama 2 7B: half a MiB.
        (
            decoder("multi_head_attention: {num_heads: 32, key_dim: 128, bias: false, causal: true}", 4096, 32),
            32,
            512 * 1024,
        ),
        # Llama 3 8B, whose 32 heads share 8 of key and value: a quarter of that.
        (
            decoder(
                "grouped_query_attention: {num_query_heads: 32, num_key_value_heads: 8, head_dim: 128, causal: true}",
                4096,
                32,
            ),
            32,
            128 * 1024,
        ),
    ],
)
def test_published_sizes_in_16_bits(text: str, layers: int, per_token: int) -> None:
    found = cached(text, precision="float16")
    assert found == KeyValueCache(layers, per_token, 2048, 2048 * per_token)
    assert cached(text, precision="mixed", batch=3).bytes == 3 * 2048 * per_token
    assert cached(text, precision="float32", context=100) == KeyValueCache(layers, 2 * per_token, 100, 200 * per_token)


def test_gpt2() -> None:
    found = costs(EXAMPLES / "gpt2.yaml", {"batch": 1, "precision": "float16"}).key_value_cache
    assert found == KeyValueCache(12, 2 * 12 * 768 * 2, 1024, 2 * 12 * 768 * 2 * 1024)


@pytest.mark.parametrize(
    ("kind", "fields", "inputs", "expected"),
    [
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3, "value_dim": 5}, [(4, 8)], (2 * (3 + 5), 4)),
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3}, [(4, 8), (7, 6)], (2 * 6, 7)),
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3}, [(4, 5, 8)], (2 * 6, 20)),
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3}, [(None, 8)], (2 * 6, None)),
        ("multi_head_attention", {"num_heads": 2, "key_dim": 3, "score_bias": True}, [(4, 8), (2, 4, 4)], (2 * 6, 4)),
        (
            "grouped_query_attention",
            {"num_query_heads": 4, "num_key_value_heads": 1, "head_dim": 3},
            [(4, 8)],
            (2 * 3, 4),
        ),
        ("attention", {}, [(4, 8)], (8, 4)),
        ("attention", {}, [(4, 8), (7, 8)], (8, 7)),
        ("additive_attention", {}, [(4, 8), (7, 6), (7, 8)], (6 + 8, 7)),
        ("time_distributed", {"layer": {"attention": {}}}, [(5, 4, 8)], (8, 20)),
        ("time_distributed", {"layer": {"dense": {"units": 2}}}, [(None, 8)], (0, 0)),
        ("dense", {"units": 2}, [(8,)], (0, 0)),
    ],
)
def test_what_a_layer_caches(kind: str, fields: dict[str, Any], inputs: list[Any], expected: tuple[int, int]) -> None:
    held = {name: layer(kind, **inner) for name in fields.keys() & {"layer"} for kind, inner in fields[name].items()}
    assert layer(kind, **{**fields, **held}).cached(*inputs)[:2] == expected


def test_layers_may_cache_different_numbers_of_tokens() -> None:
    layers = "[attention: {name: c, inputs: [a, b]}, attention: {inputs: c, causal: true}]"
    text = f"input: {{a: [4, 8], b: [7, 8]}}\nlayers: {layers}\n"
    assert cached(text) == KeyValueCache(2, 2 * 8 * 4, None, (7 + 4) * 8 * 4)
    # The first attends to another sequence, which is there as a whole before anything is generated.
    assert cached(text, context=10) == KeyValueCache(2, 2 * 8 * 4, None, (7 + 10) * 8 * 4)


def test_a_context_lengthens_what_is_generated_and_not_what_is_attended_to_beside() -> None:
    text = """
        input: {source: [7, 8], target: [4, 8]}
        layers:
          - attention: {name: read, inputs: source}
          - attention: {inputs: target}
          - multi_head_attention: {name: x, num_heads: 2, key_dim: 4}
          - attention: {name: crossed, inputs: [x, read]}
          - dense: {name: key, inputs: crossed, units: 8}
          - dense: {name: value, inputs: crossed, units: 8}
          - attention: {name: own, inputs: [crossed, value, key]}
          - relative_position_bias: {name: bias, num_heads: 2, window_size: [4]}
          - multi_head_attention: {inputs: [own, bias], num_heads: 2, key_dim: 4, score_bias: true}
    """
    # Two bytes an element: attention caches 8 of each token, or 16 where the key is another than the value, as the
    # multi-head ones do.
    assert cached(text) == KeyValueCache(0, 0, None, 0)
    found = cached(text, precision="float16", context=100)
    assert found.bytes == 2 * (100 * 8 + 100 * 8 + 100 * 16 + 7 * 8 + 100 * 16 + 100 * 16)
    assert (found.layers, found.tokens) == (6, None)


def test_an_encoder_caches_nothing_and_a_decoder_what_it_reads_of_it() -> None:
    text = """
        input: {source: [7, 8], target: [4, 8]}
        layers:
          - attention: {name: read, inputs: source}
          - attention: {name: own, inputs: target, causal: true}
          - attention: {name: crossed, inputs: [own, read]}
          - add: {inputs: [own, crossed]}
    """
    # 8 elements of 4 bytes for each of 4 tokens, and of the 7 that the encoder read.
    assert cached(text) == KeyValueCache(2, 2 * 8 * 4, None, (4 + 7) * 8 * 4)
    assert cached(text, context=100) == KeyValueCache(2, 2 * 8 * 4, None, (100 + 7) * 8 * 4)


def test_nothing_is_generated_by_a_vision_transformer_and_all_of_t5_s_decoder_caches() -> None:
    assert costs(EXAMPLES / "vit.yaml").key_value_cache == KeyValueCache(0, 0, None, 0)
    # 12 layers of 8 heads of 64 for key and value: 6 of self-attention, 6 to the encoder.
    found = costs(EXAMPLES / "t5.yaml", {"batch": 1}).key_value_cache
    assert found == KeyValueCache(12, 12 * 2 * 8 * 64 * 4, 512, 12 * 2 * 8 * 64 * 4 * 512)


def test_what_is_not_known_is_no_0() -> None:
    text = "input: [null, 8]\nlayers: [attention: {causal: true}]\n"
    assert cached(text) == KeyValueCache(1, 8 * 4, None, None)
    assert cached(text, context=10) == KeyValueCache(1, 8 * 4, 10, 10 * 8 * 4)
    text = "input: [5, null]\nlayers: [attention: {causal: true}]\n"
    assert cached(text, context=10) == KeyValueCache(1, None, 10, None)
    assert cached("input: [null]\nlayers: [relu]\n") == KeyValueCache(0, 0, None, 0)


def test_a_context_of_no_tokens() -> None:
    with pytest.raises(ValueError, match="`context` takes a number of tokens, 1 or more, not 0"):
        cached("input: [5, 8]\nlayers: [attention]\n", context=0)

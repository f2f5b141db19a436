"""Tables of words' vectors, looked up and in reverse."""

from typing import Any

import pytest

from archsum.errors import ShapeError
from archsum.layers import layer_class
from archsum.layers.base import Layer


def table(**fields: Any) -> Layer:
    # GPT-2's: 50,257 words of 768 features (Radford et al. 2019).
    return layer_class("reversible_embedding").model_validate({"input_dim": 50_257, "output_dim": 768, **fields})


def test_both_uses_have_the_same_table() -> None:
    words, scores = table(), table(reverse=True)
    assert words.output_shape((1024,)) == (1024, 768)
    assert scores.output_shape((1024, 768)) == (1024, 50_257)
    assert words.weights((1024,)) == scores.weights((1024, 768))
    assert [weight.size for weight in words.weights((1024,))] == [38_597_376]


def test_a_word_is_looked_up_and_a_score_is_computed() -> None:
    assert table().macs((None,)) == 0
    assert table(reverse=True).macs((1024, 768)) == 1024 * 768 * 50_257
    assert table(reverse=True).macs((None, 768)) is None


def test_scores_may_have_a_table_of_their_own() -> None:
    embeddings, reverse_embeddings = table(tie_weights=False).weights((8,))
    assert reverse_embeddings.shape == embeddings.shape[::-1] == (768, 50_257)


def test_only_vectors_of_the_table_s_length_have_scores() -> None:
    with pytest.raises(ShapeError, match=r"`output_dim` \(=768\) features, not an input \[8, 512\]"):
        table(reverse=True).output_shape((8, 512))

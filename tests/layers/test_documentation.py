"""What is asked of every kind of layer; a new one is held to it by being there."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from pydantic import BaseModel

import archsum.layers.kinds
from archsum.language.spec.containers import CONTAINERS
from archsum.layers import FAMILIES, KINDS, kind_of, layer_class, layer_classes
from archsum.layers.base import Layer
from archsum.layers.documentation import (
    SECTIONS,
    FieldDocumentation,
    example,
    field_names,
    fields,
    remarks,
    sections,
    sentence,
)

LAYERS = {kind: layer_class(kind) for kind in KINDS}
every_kind = pytest.mark.parametrize("cls", LAYERS.values(), ids=LAYERS)
every_word = pytest.mark.parametrize("cls", [*LAYERS.values(), *CONTAINERS.values()], ids=[*LAYERS, *CONTAINERS])


def test_catalogue_lists_what_the_modules_define() -> None:
    modules = {module.name for module in iter_modules(archsum.layers.kinds.__path__)}
    assert {name: set(kinds) for name, kinds in FAMILIES.items()} == {
        name: {kind_of(cls) for cls in layer_classes(import_module(f"archsum.layers.kinds.{name}"))} for name in modules
    }


@every_kind
def test_class_is_named_as_its_kind(cls: type[Layer]) -> None:
    assert cls.__name__.lower() == cls.model_fields["type"].default.replace("_", "")


@every_kind
def test_rules_are_its_own_or_its_family_s(cls: type[Layer]) -> None:
    rules = ("output_shape", "weights", "multiply_accumulates", "work", "kept")
    inherited = [rule for rule in rules if getattr(cls, rule) is getattr(Layer, rule)]
    assert not inherited


@every_word
def test_sentence(cls: type[BaseModel]) -> None:
    assert re.fullmatch(r"[A-Z].*\.", sentence(cls))
    assert ". " not in sentence(cls), "what follows the sentence is a paragraph of its own"


@every_kind
def test_sections(cls: type[Layer]) -> None:
    documented = sections(cls)
    missing = [name for name in SECTIONS if not documented.get(name)]
    assert not missing, f"write these sections in the docstring of {cls.__name__}, or of a base class"


@every_kind
def test_source_is_an_address_or_a_paper(cls: type[Layer]) -> None:
    assert re.search(r"https://\S+\.\S+|\b(19|20)\d\d\b|^the file itself", sections(cls)["Source"])


@every_word
def test_fields_are_described(cls: type[BaseModel]) -> None:
    for field in fields(cls):
        assert re.fullmatch(r"\S.*\.", field.description), field.name


@every_word
def test_required_fields_have_an_example(cls: type[BaseModel]) -> None:
    missing = {field.name for field in fields(cls) if field.required} - example(cls).keys()
    assert not missing, "a required field is declared with an example: Field(description=…, examples=[…])"


def test_sections_come_from_base_classes_where_a_kind_has_none() -> None:
    class Family(Layer):
        """What a family has in common.

        Shape:
            as it
            comes.
        Weights: none;
            no biases either.
        """

    class Kind(Family):
        """A kind
        of it.

        There is
        more to say.

        Weights:
            one.
        """

    assert sentence(Kind) == "A kind of it."
    assert remarks(Kind) == "There is more to say."
    assert remarks(Family) == ""
    assert sections(Kind) == {"Shape": "as it comes.", "Weights": "one."}
    assert sections(Family) == {"Shape": "as it comes.", "Weights": "none;\nno biases either."}


def test_a_class_without_a_docstring_has_no_sentence_of_its_base() -> None:
    class Kind(layer_class("conv2d")):  # type: ignore[misc]
        pass

    assert sentence(Kind) == ""


def test_fields_in_the_words_of_a_file() -> None:
    documented = {field.name: field for field in fields(layer_class("conv2d"))}
    assert [field.name for field in documented.values() if field.required] == ["filters", "kernel_size"]
    assert documented["filters"] == FieldDocumentation(
        "filters", "whole number ≥ 1", True, None, "The number of output channels."
    )
    assert documented["kernel_size"].type == "whole number ≥ 1 | [whole number ≥ 1, …]"
    assert documented["bias"][1:4] == (
        "tied | untied | {untied: [height | width, …]} | true | false",
        False,
        "tied",
    )
    assert documented["connection_table"].type == "[[whole number ≥ 0, …], …] | null"
    assert "type" not in documented


def test_required_fields_stand_first_and_last_those_of_nearly_every_kind() -> None:
    names = field_names(layer_class("conv2d"))
    assert names[:4] == ["filters", "kernel_size", "padding", "strides"]
    assert names[-2:] == ["data_format", "trainable"]
    assert names == [field.name for field in fields(layer_class("conv2d"))]


def test_only_kinds_that_take_a_padding_word_speak_of_it() -> None:
    convolutions = [layer_class(f"conv{rank}d") for rank in (1, 2, 3)]
    assert ["causal" in (cls.__doc__ or "") + sections(cls)["Shape"] for cls in convolutions] == [True, False, False]

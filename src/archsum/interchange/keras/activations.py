"""Activations: a word, a function by its name, or a layer."""

from typing import Any, get_args

from archsum.layers.fields import Activation

_KNOWN = frozenset(get_args(Activation))
_OTHER_WORDS = {"softmax_v2": "softmax", "archsum>_sparsemax": "sparsemax"}
_OWN_MODULES = (None, "builtins", "keras.activations")


def word_of(stated: Any) -> str | None:
    """Return the word of an activation as its configuration has it, null being none; None where it has no word."""
    if stated is None:
        return "linear"
    if type(stated) is dict:
        if stated.get("class_name") != "function" or stated.get("module") not in _OWN_MODULES:
            return None
        stated = stated.get("config")
    if type(stated) is not str:
        return None
    word = _OTHER_WORDS.get(stated, stated)
    return word if word in _KNOWN else None


def is_layer(stated: Any) -> bool:
    """Whether an activation is written as a layer."""
    return type(stated) is dict and stated.get("class_name") != "function"


def name_of(stated: Any) -> str:
    """Return what a function or a layer is called."""
    if type(stated) is dict:
        inner = stated.get("config") if stated.get("class_name") == "function" else stated.get("class_name")
        return inner if type(inner) is str else "function"
    return stated if type(stated) is str else "function"

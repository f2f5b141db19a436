"""Files whose blocks use one another in many ways, and with values that differ little."""

from random import Random
from typing import Any

_VARIABLES = {"width": 2, "more": 3, "frozen": True, "there": True}


def file_of_blocks(random: Random) -> dict[str, Any]:
    """Draw a file, whose layers take data of any sizes."""
    blocks: dict[str, Any] = {}
    for name in ("a", "b", "c"):
        parameters = {"n": random.choice([2, "=width", "=more + 1"])}
        blocks[name] = {"parameters": parameters, "layers": _layers(random, ["n", *_VARIABLES], [*blocks])}
    uses = [_use(random, ["more", "width"], block) for block in random.choices("abc", k=4)]
    return {
        "input": [4, random.choice([2, 3])],
        "variables": _VARIABLES,
        "defaults": {"dense": {"bias": random.choice([True, "=there"])}},
        "blocks": blocks,
        "layers": [*uses, *_layers(random, ["width", "more"], [*blocks]), "a", "b", "c"],
    }


def _layers(random: Random, names: list[str], blocks: list[str], depth: int = 0) -> list[Any]:
    return [_layer(random, names, blocks, depth) for _ in range(random.randint(1, 3))]


def _layer(random: Random, names: list[str], blocks: list[str], depth: int) -> Any:
    simple = ["dense", "dense", "shared", "batch_normalization"]
    match random.choice(simple + ["use"] * 4 * bool(blocks) + ["repeat", "residual", "time_distributed"] * (depth < 2)):
        case "dense":
            return {"dense": {"units": _number(random, names)}}
        case "shared":
            both = [{"dense": {"units": 2}}, {"dense": {"units": 2, "shared": "label"}}]
            return {"repeat": {"times": 2, "layers": both}}
        case "use":
            return _use(random, names, random.choice(blocks))
        case "repeat":
            inner = _layers(random, [*names, "index"], blocks, depth + 1)
            return {"repeat": {"times": random.choice([2, "=width"]), "layers": inner}}
        case "residual":
            fields = {"when": "shape_stays", "trainable": random.choice([True, "=frozen"])}
            return {"residual": {**fields, "layers": _layers(random, names, blocks, depth + 1)}}
        case "time_distributed":
            return {"time_distributed": [{"dense": {"units": _number(random, names)}}, "batch_normalization"]}
    return "batch_normalization"


def _use(random: Random, names: list[str], block: str) -> Any:
    fields: dict[str, Any] = {}
    if random.random() < 0.6:
        fields["n"] = _number(random, names)
    if random.random() < 0.3:
        fields["trainable"] = random.choice([False, "=frozen"])
    if random.random() < 0.2:
        fields["if"] = "=there"
    if random.random() < 0.1:
        fields["shared"] = f"weights_of_{block}"
    return {block: fields} if fields else block


def _number(random: Random, names: list[str]) -> Any:
    numbers = [name for name in names if not isinstance(_VARIABLES.get(name), bool)]
    return random.choice([2, 3, "=input_elements", *(f"={name} + 1" for name in numbers)])

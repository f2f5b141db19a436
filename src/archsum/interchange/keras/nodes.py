"""The arguments of a layer's calls, and the tensors in them."""

from collections.abc import Collection
from typing import Any

from archsum.bounds import MAX_NESTING, MAX_OUTPUTS
from archsum.errors import quote
from archsum.interchange.keras.items import BadItemError, Item
from archsum.interchange.keras.structure import Call, Constant, Opaque, Ref, Slice
from archsum.layers.shapes import Shape

_CONSTANT = "_CONSTANT_VALUE"


def read_call(node: Item, layers: Collection[str], shapes: dict[Ref, Shape]) -> Call:
    """Read a node: of Keras 3 a mapping with its arguments, of Keras 2 a list of tensors, with all others behind them.

    `layers` are the names of the model's, to tell tensors from other lists; `shapes` takes what is said of tensors.

    Errors: BadItemError.
    """
    if type(node.value) is dict:
        reader = _Reader(layers, shapes, as_lists=False)
        args, kwargs = node.get("args"), node.get("kwargs")
        read = [reader.read(item) for item in args.items()] if args else []
        others = reader.mapping(kwargs) if kwargs else {}
        return Call(read, others, tuple(reader.refs), node.within)
    return _read_old_call(node, _Reader(layers, shapes, as_lists=True))


def _read_old_call(node: Item, reader: "_Reader") -> Call:
    """Read a node of Keras 2. The arguments behind a tensor are those of the call, and the same behind each."""
    if type(node.value) is dict:
        raise BadItemError("bad-model", "a call of Keras 2 is a list", node.within)
    items = [node] if _names_tensor(node.value) else node.items()  # a single tensor can lack the list around it
    inputs: list[Any] = []
    kwargs: dict[str, Any] = {}
    for item in items:
        parts = item.items()
        if len(parts) not in (3, 4):
            raise BadItemError("bad-model", "a tensor is a layer's name and two numbers", item.within)
        if parts[0].value == _CONSTANT:
            inputs.append(reader.read(parts[2]))
        else:
            inputs.append(reader.ref(parts[:3]))
        if len(parts) == 4:
            kwargs |= reader.mapping(parts[3])
    args = [inputs[0] if len(inputs) == 1 else inputs] if inputs else []
    return Call(args, kwargs, tuple(reader.refs), node.within)


def read_tensors(item: Item) -> Any:
    """Read the inputs or the outputs of a model: tensors, or lists or mappings of such. Errors: BadItemError."""
    return _Reader((), {}, as_lists=True).tensors(item, 0)


class _Reader:
    """Reads arguments."""

    def __init__(self, layers: Collection[str], shapes: dict[Ref, Shape], *, as_lists: bool) -> None:
        """Begin; `as_lists`: whether lists that begin with a layer's name are tensors."""
        self._layers = layers
        self._shapes = shapes
        self._as_lists = as_lists
        self.refs: list[Ref] = []
        """The tensors that have been read."""

    def mapping(self, item: Item, depth: int = 0) -> dict[str, Any]:
        """Read arguments by their names. Errors: BadItemError."""
        return {key: self.read(Item(value, item.at(key)), depth + 1) for key, value in item.mapping().items()}

    def read(self, item: Item, depth: int = 0) -> Any:
        """Read an argument: tensors become Refs. Errors: BadItemError."""
        value: Any = item.value
        if type(value) is not list and type(value) is not dict:
            return value
        if depth > MAX_NESTING:
            raise BadItemError("too-deep", "a call's arguments are nested too deep", item.within)
        if type(value) is list:
            if self._as_lists and _names_tensor(value) and value[0] in self._layers:
                return self.ref(item.items()[:3])
            return [self.read(part, depth + 1) for part in item.items()]
        value = item.mapping()
        if type(value.get("class_name")) is str:
            return self._object(item, value["class_name"], depth)
        if value.keys() == {"start", "stop", "step"}:  # of Keras 2
            return Slice(*(self.read(Item(value[key], item.at(key)), depth + 1) for key in ("start", "stop", "step")))
        if type(value.get("type")) is str and "value" in value:  # an array of early versions of Keras 2
            return Constant(value["value"])
        return self.mapping(item, depth)

    def tensors(self, item: Item, depth: int) -> Any:
        """Read tensors, which lists of Keras 2 and 3 alike name."""
        if depth > MAX_NESTING:
            raise BadItemError("too-deep", "tensors are nested too deep", item.within)
        if type(item.value) is dict:
            return {key: self.tensors(Item(part, item.at(key)), depth + 1) for key, part in item.mapping().items()}
        if _names_tensor(item.value):
            return self.ref(item.items()[:3])
        return [self.tensors(part, depth + 1) for part in item.items()]

    def ref(self, parts: list[Item]) -> Ref:
        """Read a tensor: a layer's name, and the numbers of a call and an output. Errors: BadItemError."""
        layer, call, output = parts
        if output.count() > MAX_OUTPUTS:
            message = f"a layer has no output {quote(output.value)}: {MAX_OUTPUTS:,} are the most"
            raise BadItemError("bad-model", message, output.within)
        ref = Ref(layer.text(), call.count(), output.value)
        self.refs.append(ref)
        return ref

    def _object(self, item: Item, name: str, depth: int) -> Any:
        if name not in ("__keras_tensor__", "__slice__", "__numpy__", "__tensor__"):
            return ... if name == "__ellipsis__" else Opaque(name)
        config = item["config"]
        if name == "__slice__":
            ends = [config.mapping().get(key) for key in ("start", "stop", "step")]
            return Slice(*(self.read(Item(end, config.within), depth + 1) for end in ends))
        if name != "__keras_tensor__":
            return Constant(config["value"].value)
        history = config.get("keras_history")
        if history is None:
            return Opaque("a tensor of no layer")
        parts = history.items()
        if len(parts) != 3:
            raise BadItemError("bad-model", "`keras_history` is a layer's name and two numbers", history.within)
        ref = self.ref(parts)
        shape = config.get("shape")
        if shape is not None and shape.value != []:  # that of a number for the whole batch
            self._shapes[ref] = shape.shape()
        return ref


def _names_tensor(value: Any) -> bool:
    """Whether a list is a layer's name and the numbers of a call and of an output, and perhaps arguments."""
    return type(value) is list and len(value) in (3, 4) and type(value[0]) is str and type(value[1]) is int

"""How large a network has become as it is written out, and the bounds that time and memory set."""

from archsum.bounds import MAX_CONNECTIONS, MAX_INPUTS, MAX_LAYERS, MAX_VALUES
from archsum.errors import Diagnostic
from archsum.language.spec.items import Item

_REPEATS = "look at the `times` of the repeats that this is in"


class Growth:
    """What has been written out so far, counted; a bound that is exceeded is a problem of the item that exceeds it."""

    def __init__(self) -> None:
        self._items = 0
        self._connections = 0
        self._values = 0

    def add_item(self, item: Item) -> Diagnostic | None:
        """Count a layer, a block or a container, whether or not its `if` leaves it out."""
        self._items += 1
        if self._items <= MAX_LAYERS:
            return None
        return _too_large(item, f"the network has more than {MAX_LAYERS:,} layers", _REPEATS)

    def add_values(self, count: int) -> None:
        """Count the values in what was built; that there are too many is a problem of the next item."""
        self._values += count

    def add_inputs(self, item: Item, count: int) -> Diagnostic | None:
        """Count what an item takes."""
        self._connections += count
        if count > MAX_INPUTS:
            cure = "merge some of them first, with `add` or `concatenate`"
            return _too_large(item, f"`{item.entry.kind}` has more than {MAX_INPUTS:,} inputs", cure)
        if self._connections > MAX_CONNECTIONS:
            return _too_large(item, f"the network's layers have more than {MAX_CONNECTIONS:,} inputs", _REPEATS)
        if self._values > MAX_VALUES:
            message = f"the network's layers have more than {MAX_VALUES:,} values of their own"
            return _too_large(item, message, _REPEATS)
        return None


def _too_large(item: Item, message: str, cure: str) -> Diagnostic:
    return Diagnostic("too-large", message, item.entry.span, cure)

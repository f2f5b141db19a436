"""What is found wrong with a network as it is written out: faulty names, and inputs that do not fit."""

from collections.abc import Iterable

from archsum.bounds import MAX_FOUND, MAX_INPUTS, MAX_REPORTED
from archsum.errors import Diagnostic, FieldError, Place, Span, enumerate_words, quote, suggest
from archsum.graph import Node, Use
from archsum.language.expand.scope import LEFT_OUT, Scope
from archsum.language.read.body import NamePlaces
from archsum.language.read.structure import Definition
from archsum.language.spec.items import Entry, Item, Reference
from archsum.language.text.scalars import resolve
from archsum.layers.fields import check_name


class StopError(Exception):
    """The network has no bounds, or enough has been found."""


class Problems:
    """Each problem once, however often a block is used, with where the first such use is."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Place | None], Diagnostic] = {}
        self._reported = 0

    def report(self, problems: Iterable[Diagnostic], uses: Iterable[Use]) -> None:
        """Note problems. Errors: StopError for a network without bounds, and where enough has been found."""
        is_too_large = False
        for problem in problems:
            self._reported += 1
            is_too_large |= problem.code == "too-large"
            key = problem.code, problem.message, problem.span
            if key not in self._found:
                notes = tuple(use.note for use in uses)
                self._found[key] = problem._replace(notes=problem.notes + notes)
        if is_too_large or len(self._found) >= MAX_FOUND or self._reported >= MAX_REPORTED:
            raise StopError

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All that was found."""
        return list(self._found.values())


def unknown_name(
    reference: Reference, scope: Scope, in_file: NamePlaces, asking: Item | None, shown: Node | None
) -> Diagnostic:
    """Report why a name is not known, and what to write.

    `in_file` are the names that the file gives outside blocks; `shown` is the layer, if any, that has the name in
    tables, and none in the file.
    """
    name, span = reference
    outermost = name.partition("/")[0]
    known = scope.find(outermost)
    place = None if known else scope.level.given.get(outermost)
    if asking and asking.name == name:
        message, cure = f"`{name}` takes its own output", "take that of a layer above it"
    elif known == LEFT_OUT:
        message, cure = f"{quote(name)} was left out by its `if`", "give what takes it the same `if`"
    elif asking and place and place.start > span.start:
        message, cure = f"{quote(name)} is further down", "a layer takes what is above it"
    elif place:
        message = f"{quote(name)} is in a repetition, and is not known outside it"
        cure = "take what the `repeat` gives: it can have a `name`, too"
    elif shown:
        return _name_of_a_table(reference, scope, shown)
    elif scope.level.path and name in in_file:
        message = f"{quote(name)} is outside this block, which sees its inputs alone"
        cure = "give it to the block: `inputs: […]` where it is used, and names for them in the block"
    else:
        message = f"there is no {quote(name)} above"
        from archsum.language.advice.names import several

        cure = several(name, scope.find) or suggest(name, scope.visible()) or _name_a_layer(outermost)
    notes = (("it is at", place),) if place else ()
    return Diagnostic("unknown-name", message, span, cure, notes)


def other_states(reference: Reference, kind: str, found: tuple[str, ...], wanted: tuple[str, ...]) -> Diagnostic:
    """Report that a layer is to begin with the states of one that has none, or others; these are their names."""
    has, needs = (" and ".join(f"a {name}" for name in names) or "no state" for names in (found, wanted))
    message = f"`{kind}` begins with {needs}, and {quote(reference.name)} ends with {has}"
    listed = ", ".join(["x", *(name.replace(" ", "_") for name in wanted)])
    cure = (
        f"name a layer that ends with {needs}; or leave it out, and give what it begins with as further inputs: "
        f"`inputs: [{listed}]`"
    )
    return Diagnostic("bad-value", message, reference.span, cure)


def states_twice(reference: Reference, kind: str) -> Diagnostic:
    """Report that a layer is given what it begins with in both ways."""
    message = f"`{kind}` has an `initial_state`, and further `inputs` that are states too"
    return Diagnostic("bad-value", message, reference.span, "leave out one of them")


def outside_the_repeat(reference: Reference) -> Diagnostic:
    """Report that a repeat is to give what is not in it."""
    message = f"{quote(reference.name)} is not in the repeat, whose `outputs` are layers of every repetition"
    return Diagnostic("unknown-name", message, reference.span, "name one of its `layers`")


def _name_of_a_table(reference: Reference, scope: Scope, node: Node) -> Diagnostic:
    """Report that a layer is called by the number that its kind has in tables."""
    name, span = reference
    message = f"{quote(name)} is what tables call a layer that has no name"
    around = [use for use in node.uses if use not in scope.uses]
    cure = f"give that layer the name, {quote(f'name: {name}')}"
    if any(use.repetitions for use in around):
        cure = "it is in a repetition: take what the `repeat` gives, which can have a `name` too"
    elif around:
        cure = "give the block and the layer in it these names, each with `name: …`"
    return Diagnostic("unknown-name", message, span, cure, (("it is at", node.span),))


def _name_a_layer(name: str) -> str:
    try:
        check_name(name)
    except FieldError:
        return "write the name of a layer above it"
    written = name if isinstance(resolve(name), str) else f'"{name}"'
    return f"give a layer above it a name: {quote(f'name: {written}')}"


def wrong_inputs(entry: Entry, definition: Definition, count: int) -> Diagnostic:
    """Report that a block takes more or fewer inputs than it is given."""
    takes = len(definition.inputs)
    listed = f"{takes} inputs, {enumerate_words(definition.inputs)}," if takes > 1 else "1 input,"
    message = f"`{entry.kind}` takes {listed} not {count}"
    cure = "name them, as in `inputs: [a, b]`"
    if takes == 1:
        cure = "say which, `inputs: name`; or name all in the block, `inputs: [a, b]`"
    return Diagnostic("inputs", message, entry.span, cure)


def too_many_inputs(found: str, place: Span) -> Diagnostic:
    """Report more inputs than a layer may have; `found` begins the message, as in "there are"."""
    message = f"{found} more than {MAX_INPUTS:,} inputs"
    return Diagnostic("too-large", message, place, "merge some of them first, with `add` or `concatenate`")


def name_given_twice(item: Item, first: Span) -> Diagnostic:
    """Report that a name is given to two layers which are both there."""
    cure = "choose another" if item.condition is True else "choose another, or let their `if`s exclude one another"
    message, notes = f"two layers are named `{item.name}`", (("the other is at", first),)
    return Diagnostic("duplicate-name", message, item.entry.places.value("name"), cure, notes)

"""Text → graph, through all stages; everything wrong with a file leaves them as one SpecError."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from archsum.bounds import MAX_KNOWN
from archsum.errors import Diagnostic, SpecError, as_text
from archsum.formula import Value
from archsum.language.expand.expansion import expand
from archsum.language.expand.known import Known
from archsum.language.expand.unused import unused
from archsum.language.network import Network, Written
from archsum.language.read.formulas import formulas_in
from archsum.language.read.settings import InputShape, read_head
from archsum.language.read.structure import Structure, read_structure
from archsum.language.read.unused_variables import unused_variables
from archsum.language.spec.document import Document
from archsum.language.text.reader import read
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape
from archsum.propagate import Engine, propagate
from archsum.summary import Totals
from archsum.work import Work, steps_allowed

_IMAGE_CHANNELS = (1, 3, 4)


def load(
    content: bytes | str,
    name: str,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> Network:
    """Read a network file's content; `name` is what places call the file.

    `variables` and `input` (sizes without the batch axis, or several by name) override the file's own.

    Errors: SpecError with every problem in the file. Shapes that do not fit are found by `propagate`, and come with
    these problems only where there are any, or where it can be said what they all come of.
    """
    return NetworkFile(content, name).network(variables, input)


class NetworkFile:
    """A file's text, read once, of which there is a network for every value of its variables, and every input."""

    def __init__(self, content: bytes | str, name: str) -> None:
        """Read a file's content; `name` is what places call the file. Errors: SpecError where it is no text."""
        self._name = name
        self._places, self._in_text = read(content, name)
        self._structure: Structure | None = None
        self._known = Known()
        self._allowed = steps_allowed(len(self._places.whole.source.text))

    def document(self, variables: Mapping[str, Value], input: InputShape | None) -> Document:  # noqa: A002
        """Return what the file says beside its layers.

        Errors: SpecError with every problem in the file, where there is one that is not of the layers' values alone.
        """
        head = read_head(self._places, variables, input)
        document = head.document
        if self._in_text or head.diagnostics or document is None or self._read(document).diagnostics:
            self.network(variables, input)
            raise AssertionError("what is wrong with the file has not been said")
        return document

    def totals(self, variables: Mapping[str, Value], input: InputShape | None) -> Totals:  # noqa: A002
        """Return what the layers of a network have together. Errors: SpecError, as for `load` and `propagate`."""
        head = read_head(self._places, variables, input)
        if head.document and not (head.diagnostics or self._in_text):
            from archsum.language.expand.counting import count

            structure = self._read(head.document)
            counted = count(head.document, structure, self._places, self._allowed, self._keep())
            if counted:
                return counted
        network = self.network(variables, input)
        return propagate(network.graph, network.engine)

    def _read(self, document: Document) -> Structure:
        """Return the layers and blocks, which are the same in all variants whose head is without faults."""
        if self._structure is None:
            self._structure = read_structure(document, self._places)
        return self._structure

    def _keep(self) -> Known:
        """Return what is known of all variants, without what has not been asked for in a while where that is much."""
        self._known.keep(MAX_KNOWN)
        return self._known

    def mentions(self, word: str) -> bool:
        """Whether a word is anywhere in the file's text."""
        return word in self._places.whole.source.text

    @cached_property
    def unused_variables(self) -> Mapping[str, Diagnostic]:
        """The warnings of variables that nothing uses, by their names."""
        return unused_variables(self._places)

    def has_formulas(self, field: str) -> bool:
        """Whether what the file says of a field is computed, and so may be another in another variant."""
        return any(formulas_in(self._places.data.get(field)))

    def called(self, document: Document) -> str:
        """Return the network's name: the document's, or else the file's."""
        return document.name or as_text(Path(self._name).stem)

    def network(
        self,
        variables: Mapping[str, Value] | None = None,
        input: InputShape | None = None,  # noqa: A002
    ) -> Network:
        """Write the network out; `variables` and `input` override the file's own. Errors: SpecError, as for `load`."""
        places, in_text = self._places, self._in_text
        head = read_head(places, variables or {}, input)
        document = head.document
        if document is None:
            raise _everything_wrong(in_text, head.diagnostics)
        sound = not head.diagnostics
        structure = self._read(document) if sound else read_structure(document, places)
        known = self._keep() if sound else Known()
        called = self.called(document)
        allowed = self._allowed
        expanded = expand(document, structure, called, places, Work(allowed), known, unknown=head.unknown)
        graph, is_complete, in_expansion, engine = expanded
        in_layers = (*structure.diagnostics, *in_expansion)
        problems = [*head.diagnostics, *(problem for problem in in_layers if problem.code not in head.doubtful)]
        if is_complete and not (in_text or problems):
            problems = unused(graph, places)
        if not head.unknown.issuperset(document.input) and (in_text or problems or not is_complete):
            # That it is too large has been said.
            problems += [problem for problem in engine.diagnostics if problem.code != "too-large"]
        if in_text or problems:
            raise _everything_wrong(in_text, problems)
        warnings = [*structure.warnings, *self.unused_variables.values()]
        if "data_format" not in places.data and (suspected := _with_channels_first(document.input)):
            from archsum.language.advice.channels import in_first, in_last

            other = document.model_copy(update={"data_format": "channels_first"})
            tried = expand(other, structure, called, places, Work(allowed), known)
            if tried.is_complete and not (tried.diagnostics or tried.engine.diagnostics):
                if engine.diagnostics:
                    raise SpecError(in_first(engine.diagnostics))
                if _numbers(engine) != _numbers(tried.engine):
                    overridden = () if input is None else input if isinstance(input, Mapping) else document.input
                    warnings += [
                        in_last(one, document.input[one], None if one in overridden else places) for one in suspected
                    ]
        if engine.misfits:
            from archsum.language.advice.sizes import are_likely_rests, with_fitting

            def fits(other: Document) -> bool:
                tried = expand(other, structure, called, places, Work(allowed), known)
                return tried.is_complete and not (tried.diagnostics or tried.engine.diagnostics)

            if are_likely_rests(graph, engine) and (solved := with_fitting(engine.diagnostics, document, fits)):
                raise SpecError(solved)
        return Network(
            graph,
            allowed,
            engine,
            document.budget,
            document.training,
            document.devices,
            block_places={name: places.key("budget", "blocks", name) for name in document.budget.blocks},
            device_place=places.value("budget", "device"),
            checkpointing_place=places.value("training", "checkpointing"),
            warnings=tuple(warnings),
            written=Written(document, structure, places),
        )


def _with_channels_first(inputs: Mapping[str, Shape]) -> list[str]:
    """Return the inputs that look like PyTorch's images: few channels, and larger sizes behind, the last two equal."""
    return [
        name
        for name, shape in inputs.items()
        if len(shape) in (3, 4)
        and shape[0] in _IMAGE_CHANNELS
        and all(size is not None and size > shape[0] for size in shape[1:])
        and shape[-1] == shape[-2]
    ]


def _numbers(engine: Engine) -> list[tuple[tuple[Weight, ...], int | None]]:
    """Return what layers have, and what they compute, apart from where their axes are."""
    return [(layer.weights, layer.macs) for layer in engine.layers]


def _everything_wrong(in_text: list[Diagnostic], in_values: list[Diagnostic]) -> SpecError:
    """Put together what is wrong; a faulty text, such as an unknown alias, is a faulty value too, and said once."""
    places = {diagnostic.span.start for diagnostic in in_text if diagnostic.span}
    others = (diagnostic for diagnostic in in_values if not (diagnostic.span and diagnostic.span.start in places))
    return SpecError([*in_text, *others])

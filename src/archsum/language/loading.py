"""Text → graph, through all stages; everything wrong with a file leaves them as one SpecError."""

from collections.abc import Mapping
from pathlib import Path

from archsum.errors import Diagnostic, SpecError, as_text
from archsum.formula import Value
from archsum.language.expand.expansion import expand
from archsum.language.expand.unused import unused
from archsum.language.network import Network, Written
from archsum.language.read.settings import InputShape, read_head
from archsum.language.read.structure import read_structure
from archsum.language.spec.document import Document
from archsum.language.text.reader import read
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape
from archsum.propagate import Engine
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
    places, in_text = read(content, name)
    head = read_head(places, variables or {}, input)
    document = head.document
    if document is None:
        raise _everything_wrong(in_text, head.diagnostics)
    structure = read_structure(document, places)
    called = document.name or as_text(Path(name).stem)
    allowed = steps_allowed(len(places.whole.source.text))
    expanded = expand(document, structure, called, places, Work(allowed), unknown=head.unknown)
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
    warnings: list[Diagnostic] = []
    if "data_format" not in places.data and (suspected := _with_channels_first(document.input)):
        from archsum.language.advice.channels import in_first, in_last

        other = document.model_copy(update={"data_format": "channels_first"})
        tried = expand(other, structure, called, places, Work(allowed))
        if tried.is_complete and not (tried.diagnostics or tried.engine.diagnostics):
            if engine.diagnostics:
                raise SpecError(in_first(engine.diagnostics))
            if _numbers(engine) != _numbers(tried.engine):
                overridden = () if input is None else input if isinstance(input, Mapping) else document.input
                warnings = [
                    in_last(name, document.input[name], None if name in overridden else places) for name in suspected
                ]
    if engine.misfits:
        from archsum.language.advice.sizes import are_likely_rests, with_fitting

        def fits(other: Document) -> bool:
            tried = expand(other, structure, called, places, Work(allowed))
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

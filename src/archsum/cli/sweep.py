"""`archsum sweep`."""

import argparse
import gc
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from archsum.bounds import MAX_SORTED
from archsum.cli.arguments import figure_file, number_of, shape, shown, standard_input, training
from archsum.cli.exit_codes import OK, OVER_BUDGET
from archsum.cli.sweep_usage import FORMATS, check_usage, is_resumable, style_of
from archsum.cli.varying import add_file_argument, add_limit_arguments, read_template, setting, warn_of_unused
from archsum.errors import Diagnostic, SpecError, enumerate_words, one_line

if TYPE_CHECKING:
    from archsum.cli.sweep_output import Output
    from archsum.sweeps.engines import Engine
    from archsum.sweeps.front import Objective
    from archsum.sweeps.growth import Growth
    from archsum.sweeps.rows import Question
    from archsum.sweeps.space import Space
    from archsum.sweeps.tally import Tally


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_argument(parser)
    parser.add_argument(
        "--set",
        dest="settings",
        metavar="NAME=VALUES",
        action="append",
        type=setting,
        default=[],
        help="what a variable may be: values, as in depth=1,2,3; a range, both ends in it, as in depth=1:4 or "
        "width=0.25:2:0.25; with --samples any number, as in rate=0.1:0.5, or rate=1e-4:1:log, where each order of "
        "magnitude is as likely. Of a variable that is a list in the file, each [ ] is one value, as in "
        "depths=[3,4,6,3],[3,4,23,3], and its items may vary too, as in depths=[1:3,4,6|23,3]; of any other, [3,5] is "
        "3,5. All combinations of what several --set and --input say are variants",
    )
    parser.add_argument(
        "--input",
        dest="inputs",
        metavar="SIZES",
        action="append",
        type=shape,
        default=[],
        help="a shape of the input, as in 96,96,3; may be given several times. One of several inputs by its name, as "
        "in left=105,105,1",
    )
    parser.add_argument(
        "--rows",
        metavar="FILE",
        help="a CSV file whose header names variables, or input, and each of whose rows says their values; so also "
        "what -o has written, of which metrics and verdicts are passed over; `-` is standard input",
    )
    parser.add_argument("--samples", metavar="N", type=number_of("samples"), help="draw so many variants at random")
    parser.add_argument("--seed", metavar="N", type=int, help="what they are drawn by (default: 0)")
    parser.add_argument(
        "--columns",
        metavar="NAME,…",
        type=_names,
        help="the metrics to compute, by the names of limits, as in params,training_memory (default: params,macs)",
    )
    parser.add_argument(
        "--fit",
        metavar="METRIC~NAME",
        help="say how a metric grows with the one variable that is varied, as in params~width",
    )
    add_limit_arguments(parser, "a row")
    best = parser.add_argument_group("the best", "A minus before a name is for: the more, the better.")
    best.add_argument("--sort", metavar="NAME,…", type=_names, help="the order of the rows, as in params or -width")
    best.add_argument("--top", metavar="N", type=number_of("rows"), help="the first rows of that order alone")
    best.add_argument(
        "--pareto", metavar="NAME,…", type=_names, help="the rows that no other beats, as in 'params, -macs'"
    )
    best.add_argument(
        "--plot", metavar="FILE", type=figure_file, help="a figure of all rows, and of that front: .svg, .pdf or .png"
    )
    out = parser.add_argument_group("output")
    out.add_argument("--format", choices=FORMATS, help="what to print or write (default: as the file's name ends)")
    out.add_argument("-o", "--output", metavar="FILE", help="a file for the rows: .csv, .jsonl, .json or .parquet")
    out.add_argument("--resume", action="store_true", help="go on with that file, .csv or .jsonl, from where it ends")
    where = parser.add_argument_group("where it is computed")
    where.add_argument("--jobs", metavar="N", type=number_of("processes"), default=1, help="processes (default: 1)")
    where.add_argument(
        "--executor", metavar="ADDRESS", help="a Dask scheduler's, as tcp://localhost:8786; or mpi, under mpiexec"
    )
    # Beside numbers below 0, words are values too, as in `--sort -params`; options of one minus have one letter here.
    parser._negative_number_matcher = re.compile(r"-\.?\d|-\w\w")
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Compute all variants; rows are written as they come, or where they are ordered, at the end."""
    gc.enable()  # which is off for commands that end soon
    if arguments.output == "-":
        arguments.output = None
    style = style_of(arguments)
    check_usage(arguments, style)
    from archsum.sweeps.engines import engine
    from archsum.sweeps.tally import Tally
    from archsum.writing import stopped_in_order

    space, question, objectives, growth = _read(arguments)
    with stopped_in_order(), engine(arguments.jobs, arguments.executor) as found:
        output, done = _open(arguments, style, space, question, objectives, growth)
        tally = Tally(done)
        try:
            _compute(space, question, found, tally, output, growth)
        except (KeyboardInterrupt, SpecError):
            with suppress(SpecError):
                output.close(tally)
            print(_how_to_go_on(arguments, style, tally, space), file=sys.stderr)
            raise
        output.finish(tally)
    if growth and (arguments.output or style == "table"):
        from archsum.render.sweep.growth import render

        print(render(growth))
    return OK if tally.rows or tally.before else OVER_BUDGET  # that is, there is nothing that keeps what it has to


def _names(text: str) -> str:
    """Return names with commas between them, of which there is one at least. Errors: ArgumentTypeError."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it names nothing: write names, as in params,-macs")
    return text


def _read(arguments: argparse.Namespace) -> "tuple[Space, Question, tuple[Objective, ...], Growth | None]":
    """Return what is varied, what is asked of each variant, by what they are ordered, and what is to be fitted."""
    from archsum.sweeps.asking import DEFAULT, ask, gathered
    from archsum.sweeps.axes import AxesReader
    from archsum.sweeps.front import read_objectives
    from archsum.sweeps.growth import read_growth
    from archsum.sweeps.space import Space

    template = read_template(arguments.file)
    problems: list[Diagnostic] = []
    reader = AxesReader(template).add_settings(arguments.settings)
    if arguments.rows:
        reader.add_rows(standard_input() if arguments.rows == "-" else arguments.rows)
    reader.add_inputs(arguments.inputs)
    varied = reader.names
    objectives: tuple[Objective, ...] = ()
    growth: Growth | None = None
    with gathered(problems):
        space = Space(reader.read(), arguments.samples, arguments.seed or 0)
        if arguments.sort and not arguments.top and space.count > MAX_SORTED:
            message = f"{space.count:,} rows are too many to be sorted; {MAX_SORTED:,} are the most"
            raise SpecError([Diagnostic("too-large", message, None, "add `--top 1000`")])
        if arguments.fit:
            growth = read_growth(arguments.fit, space, varied)
    with gathered(problems):
        if by := arguments.sort or arguments.pareto:
            objectives = read_objectives(by, varied)
        if arguments.plot and len(objectives) != 2:
            message = f"`--plot` draws rows by two metrics, and `--pareto` names {len(objectives)}"
            raise SpecError([Diagnostic("bad-value", message, None, "name two, as in `--pareto params,-macs`")])
    with gathered(problems):
        stated = map(str.strip, arguments.columns.split(",")) if arguments.columns else DEFAULT
        ordered = (one.name for one in objectives if one.name not in varied)
        metrics = list(dict.fromkeys((*stated, *ordered, *([growth.metric] if growth else []))))
        question = ask(
            template,
            varied,
            metrics,
            where=arguments.where,
            within_budget=arguments.within_budget,
            device=arguments.device,
            training=training(arguments),
        )
    if problems:
        raise SpecError(problems)
    warn_of_unused(template, varied)
    if reader.passed_over:
        passed_over = f"{enumerate_words(reader.passed_over)} of {one_line(shown(arguments.rows))}"
        print(f"archsum: passed over {passed_over}: what a sweep says of variants is computed anew", file=sys.stderr)
    return space, question, objectives, growth


def _open(
    arguments: argparse.Namespace,
    style: str,
    space: "Space",
    question: "Question",
    objectives: "Sequence[Objective]",
    growth: "Growth | None",
) -> "tuple[Output, int]":
    """Return what the rows go to, and how many variants are done already."""
    from archsum.cli.sweep_output import Held, Json, Lines, Parquet, read_progress
    from archsum.render.sweep.table import MAX_ROWS
    from archsum.sweeps.front import Front, Order

    if arguments.plot:
        from archsum.render.plot import require
        from archsum.writing import require_writable

        require()
        require_writable(arguments.plot[0])
    rows: Output | None = None
    done = None
    if style == "parquet":
        rows = Parquet(arguments.output, space, question)
    elif style == "json":
        rows = Json(arguments.output, question, space.count, growth)
    elif style != "table":
        if arguments.resume and os.path.exists(arguments.output):
            done = read_progress(arguments.output, style, space, question)
        rows = Lines(arguments.output, style, question, done, resumable=is_resumable(arguments, style))
    if rows and not objectives:
        return rows, done.variants if done else 0
    most = arguments.top or (None if rows else MAX_ROWS)
    best = Front(objectives) if arguments.pareto else Order(objectives, most)
    return Held(best, question, rows, bool(arguments.top or arguments.pareto), arguments.plot), 0


def _compute(
    space: "Space", question: "Question", found: "Engine", tally: "Tally", output: "Output", growth: "Growth | None"
) -> None:
    from archsum.cli.progress import progress
    from archsum.sweeps.sweeping import sweep

    with progress(space.count, tally.variants, " variants") as report:
        for chunk in sweep(question, space.variants(tally.variants), found):
            output.write(chunk.rows)
            tally.add(chunk.variants, chunk.rows)
            if growth:
                growth.add(chunk.rows)
            report(chunk.variants)
            if output.is_gone:
                return


def _how_to_go_on(arguments: argparse.Namespace, style: str, tally: "Tally", space: "Space") -> str:
    done = f"archsum: stopped after {tally.variants:,} of {space.count:,} variants"
    if is_resumable(arguments, style):
        return f"{done}; with --resume the same command goes on"
    if style == "table":
        return f"{done}; with -o rows.csv rows are kept as they come, and --resume goes on"
    return done

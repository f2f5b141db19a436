"""The long run: `python -m tests.fuzz --minutes 60`."""

import argparse
from pathlib import Path

from tests.fuzz.campaign import replay, run, table
from tests.fuzz.kinds import all_kinds
from tests.fuzz.reduction import reduce


def main() -> int:
    """Run cases and print what came of them, or run a saved one again; exit with 1 where any fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Throw hostile input at archsum.")
    parser.add_argument("--minutes", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="another one draws other cases (default: 0)")
    parser.add_argument("--processes", type=int, default=1, help="how many at once (default: 1)")
    parser.add_argument("--save", metavar="FOLDER", type=Path, default=Path("fuzz-failures"), help="where failures go")
    names = [kind.name for kind in all_kinds()]
    parser.add_argument("--kind", action="append", default=[], choices=names, metavar="KIND", help="only this kind")
    parser.add_argument("--replay", metavar="FOLDER", type=Path, help="run one saved failure again")
    parser.add_argument("--reduce", metavar="FOLDER", type=Path, help="shorten a saved failure's file")
    arguments = parser.parse_args()
    if arguments.reduce:
        print(reduce(arguments.reduce))
        return 0
    if arguments.replay:
        failure = replay(arguments.replay)
        print(failure.details if failure else "it does not fail")
        return int(failure is not None)
    tallies = run(60 * arguments.minutes, arguments.seed, arguments.processes, arguments.save, arguments.kind)
    print(table(tallies))
    return int(any(tally.failures for tally in tallies.values()))


if __name__ == "__main__":
    raise SystemExit(main())

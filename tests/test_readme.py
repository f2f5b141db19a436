"""Every command, output, file, Python session and link in the README files, as a reader would follow them.

Commands run in a folder that is like the repository's root: it has `examples/`, `tests/`, the files that the same
README shows, and, where it shows one of archsum's own files, a copy of the package with that file in it.
"""

import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import counted_by_others, measured_memory
from tests.support.paths import ROOT
from tests.support.repository import ENVIRONMENT

HOUSE = ROOT / "src" / "archsum"
MAIN = ROOT / "README.md"
READMES = [MAIN, *sorted(file for folder in ("examples", "src", "tests") for file in (ROOT / folder).rglob(MAIN.name))]

FENCE = re.compile(r"^```(?P<language>\w*)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
EXIT_CODE = re.compile(r"# exit code (\d)$")
GENERATED = re.compile(r"(?P<start><!-- (?P<name>[\w ./]+) -->\n)(?P<text>.*?)<!-- end -->", re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b|…")
PATH = re.compile(r"(?<![\w./])(?:\.ci|examples|src|tests)/[\w./]+")
LINK = re.compile(r"\]\((?P<file>[^)#\s]*)#?(?P<heading>[^)\s]*)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

PIPELINES = {".github/workflows/": "vendor.github-workflows", ".gitlab-ci.yml": "vendor.gitlab-ci"}
"""Where YAML is no network, and the schema that it has."""

TESTED = {"console", "mermaid", "py", "python", "sh", "text", "yaml"}
"""The languages of blocks: what each of them shows is run, generated, or, of `text`, a picture."""


@pytest.fixture(params=READMES, ids=lambda file: str(file.relative_to(ROOT)))
def readme(request: pytest.FixtureRequest) -> Path:
    """Each README file in turn."""
    file: Path = request.param
    return file


@pytest.fixture
def folder(readme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a README's commands run."""
    for shown in ("examples", "tests"):
        (tmp_path / shown).symlink_to(ROOT / shown)
    own_files = blocks(readme, "py")
    if own_files:
        shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    for block in blocks(readme, "yaml") + own_files:
        path = tmp_path / block["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block["body"], encoding="utf-8")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def text_of(readme: Path) -> str:
    return readme.read_text(encoding="utf-8")


def prose(readme: Path) -> str:
    """Return a README without its blocks."""
    return FENCE.sub("", text_of(readme))


def blocks(readme: Path, language: str) -> list[re.Match[str]]:
    return [match for match in FENCE.finditer(text_of(readme)) if match["language"] == language]


def run(command: str) -> str:
    """Run a command, see that its exit code is the one it states, and return what it printed."""
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    stated = EXIT_CODE.search(command)
    assert done.returncode == int(stated[1] if stated else 0), f"{command}\n{done.stdout}"
    return done.stdout


@pytest.fixture
def up_to_date(readme: Path, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Compare the text that a README should have with the one it has."""

    def compare(text: str) -> None:
        if request.config.getoption("--update-golden"):
            readme.write_text(text, encoding="utf-8")
        assert text == text_of(readme), "if rightly so, `pytest --update-golden` writes it anew"

    return compare


@pytest.mark.usefixtures("folder")
def test_every_command_prints_what_is_shown(readme: Path, up_to_date: Callable[[str], None]) -> None:
    def rerun(match: re.Match[str]) -> str:
        return f"$ {match['command']}\n{run(match['command'])}"

    def refresh(block: re.Match[str]) -> str:
        return COMMAND.sub(rerun, block[0]) if block["language"] == "console" else block[0]

    up_to_date(FENCE.sub(refresh, text_of(readme)))


def generated(name: str) -> str:
    """Return what belongs between the comments `<!-- name -->` and `<!-- end -->`."""
    if name == "archsum layers":
        return run("archsum layers --format markdown")
    if name == "operations of the same layer":
        return f"{counted_by_others.table()}\n"
    if name == "kept for backward in PyTorch":
        return f"{measured_memory.kept_table(measured_memory.load())}\n"
    if name == "training memory against PyTorch":
        return f"{measured_memory.table(measured_memory.load())}\n"
    assert name.startswith("archsum diagram "), f"nothing generates {name}"
    return f"```mermaid\n{run(name)}```\n"


@pytest.mark.usefixtures("folder")
def test_what_is_generated_is_up_to_date(readme: Path, up_to_date: Callable[[str], None]) -> None:
    def regenerate(match: re.Match[str]) -> str:
        return f"{match['start']}\n{generated(match['name'])}\n<!-- end -->"

    text, sections = GENERATED.subn(regenerate, text_of(readme))
    assert sections == CODE.sub("", FENCE.sub("", text)).count("<!--") / 2
    up_to_date(text)


@pytest.mark.usefixtures("folder")
def test_every_python_session_is_true(readme: Path) -> None:
    for block in blocks(readme, "python"):
        test = doctest.DocTestParser().get_doctest(block["body"], {}, str(readme), str(readme), 0)
        results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
        assert results.failed == 0
        assert results.attempted > 0


def test_every_network_that_is_shown_is_given_to_a_command(readme: Path) -> None:
    consoles = "".join(block["body"] for block in blocks(readme, "console"))
    commands = "\n".join(command["command"] for command in COMMAND.finditer(consoles))
    networks = [block["file"] for block in blocks(readme, "yaml") if not block["file"].startswith((*PIPELINES,))]
    assert not [network for network in networks if network not in commands]


@pytest.mark.usefixtures("folder")
def test_every_pipeline_that_is_shown_is_valid(readme: Path) -> None:
    for block in blocks(readme, "yaml"):
        for place, schema in PIPELINES.items():
            if block["file"].startswith(place):
                run(f"check-jsonschema --builtin-schema {schema} {block['file']}")


@pytest.mark.usefixtures("folder")
def test_every_command_within_a_sentence_exists(readme: Path) -> None:
    run("git init -q")
    for code in CODE.findall(prose(readme)):
        if code.startswith("archsum ") and not PLACEHOLDER.search(code):
            run(code if code.count(" ") > 1 else f"{code} --help")


@pytest.mark.usefixtures("folder")
def test_every_file_that_is_named_is_there(readme: Path) -> None:
    named = {path for code in CODE.findall(prose(readme)) for path in PATH.findall(code)}
    assert not {path for path in named if not (ROOT / path).exists() and not Path(path).exists()}


def test_every_block_is_tested(readme: Path) -> None:
    for block in FENCE.finditer(text_of(readme)):
        assert block["language"] in TESTED, block[0]
        assert bool(block["file"]) == (block["language"] in ("yaml", "py")), f"name the file: {block[0]}"


def heading_links(readme: Path) -> list[str]:
    """Return what a link adds to the file's name, to lead to its headings on GitHub."""
    headings = HEADING.findall(prose(readme))
    return [re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings]


def linked(readme: Path) -> set[Path]:
    """Return the files that a README's relative links lead to. Their headings are seen to be there."""
    files = set()
    for link in LINK.finditer(CODE.sub("", prose(readme))):
        if ":" in link["file"]:
            continue
        file = (readme.parent / link["file"]).resolve() if link["file"] else readme
        assert file.is_file(), f"{link[0]} leads nowhere"
        assert not link["heading"] or link["heading"] in heading_links(file), f"{link[0]} names no heading of its file"
        files.add(file)
    return files


def test_links_lead_somewhere_and_back(readme: Path) -> None:
    assert MAIN in linked(readme) or readme == MAIN, f"the first lines of each README lead back to {MAIN.name}"


def test_the_main_readme_leads_to_all_others_and_is_short() -> None:
    assert set(READMES) - {MAIN} <= linked(MAIN)
    assert len(text_of(MAIN).splitlines()) <= 350


def test_the_main_page_shows_what_the_other_tests_run() -> None:
    shown = {block["language"] for block in FENCE.finditer(text_of(MAIN))}
    assert {"console", "python", "sh", "yaml"} <= shown


@pytest.mark.parametrize("readme", [HOUSE / MAIN.name], ids=["src/archsum/README.md"])
@pytest.mark.usefixtures("folder")
def test_the_kind_that_is_shown_passes_the_tests_of_all_kinds() -> None:
    run(f"cd {ROOT} && python -m pytest -q -p no:cacheprovider tests/layers/test_documentation.py")


def test_the_house_is_shown_whole_and_in_the_order_of_its_imports() -> None:
    _, tree = blocks(HOUSE / MAIN.name, "text")
    shown = [name for line in re.findall(r"^\S+/?(?: \w+\.py)?", tree["body"], re.MULTILINE) for name in line.split()]
    there = {path.name + "/" * path.is_dir() for path in HOUSE.iterdir()} - {MAIN.name, "py.typed", "__pycache__/"}
    assert set(shown) == there
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = {name: place for place, names in enumerate(contract["layers"]) for name in names.split(" | ")}
    modules = [f"archsum.{Path(name).stem}" for name in shown]
    places = [layers[module] for module in modules if module in layers]
    assert places == sorted(places, reverse=True)


def test_the_checks_run_the_readmes_own_test_command() -> None:
    commands = [line for file in READMES for block in blocks(file, "sh") for line in block["body"].splitlines()]
    tests = {command for command in commands if "&& pytest" in command}
    assert len(tests) == 1
    assert tests <= set((ROOT / ".ci" / "run").read_text().splitlines())

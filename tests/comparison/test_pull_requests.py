"""The action for pull requests: its script, run on a repository and against a server that answers as GitHub does."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.conftest import Golden
from tests.support.comments import GitHub, serving
from tests.support.paths import EXAMPLES, ROOT
from tests.support.repository import NETWORK, git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="it is Git's")

ACTION = ROOT / ".github" / "actions" / "archsum"
MARKER = "<!-- archsum -->"
LINEAR = "input: [8]\nlayers:\n" + "".join(f"  - dense: {{units: {n}, bias: false}}\n" for n in range(10, 20))


class Outcome(NamedTuple):
    code: int
    log: str
    summary: str


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a few networks on `main`, and a branch of which the tests make commits."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    files = {
        "grown.yaml": NETWORK,
        "limited.yaml": f"{NETWORK}budget: {{max_params: 25k}}\n",
        "models/moved.yaml": LINEAR,
        "removed.yaml": "input: [9, 16]\nlayers: [lstm: 32, dense: 2]\n",
        "mended.yaml": NETWORK.replace("flatten", "flaten"),
        "same.yaml": NETWORK,
        "settings.yaml": "rate: 0.1\n",
    }
    commit(folder, files)
    git(folder, "checkout", "-q", "-b", "work")
    return folder


def commit(folder: Path, files: Mapping[str, str | None]) -> None:
    """Commit files; those without a text are removed."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "another")


def report(
    folder: Path, *, github: GitHub | None = None, token: str = "secret", event: Any = None, **inputs: str
) -> Outcome:
    """Run the script as the action does."""
    if event is None:
        base = git(folder, "rev-parse", "main").strip()
        event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    outside = folder.parent
    (outside / "event.json").write_text(json.dumps(event), encoding="utf-8")
    summary = outside / "summary.md"
    summary.write_text("", encoding="utf-8")
    environment = {
        **os.environ,
        "GITHUB_EVENT_PATH": str(outside / "event.json"),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_REPOSITORY": "ada/nets",
        "GITHUB_API_URL": github.address if github else "http://127.0.0.1:9",
        "ARCHSUM_TOKEN": token if github else "",
        **{f"ARCHSUM_{name.upper()}": value for name, value in inputs.items()},
    }
    done = subprocess.run(
        [sys.executable, str(ACTION / "report.py")],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Outcome(done.returncode, done.stdout.decode(), summary.read_text(encoding="utf-8"))


CHANGES = {
    "grown.yaml": NETWORK.replace("filters: 16", "filters: 24"),
    "limited.yaml": f"{NETWORK}budget: {{max_params: 20k}}\n".replace("filters: 8", "filters: 12"),
    "models/moved.yaml": None,
    "models/renamed.yaml": LINEAR.replace("16", "17"),
    "removed.yaml": None,
    "mended.yaml": NETWORK,
    "same.yaml": f"# A comment.\n{NETWORK}",
    "settings.yaml": "rate: 0.2\n",
    "new.yaml": NETWORK.replace("filters: 8", "filters: 5"),
    "broken.yaml": NETWORK.replace("- relu", "- rleu"),
}


def test_all_kinds_of_change(repository: Path, golden: Golden) -> None:
    commit(repository, CHANGES)
    with serving(GitHub()) as github:
        code, log, summary = report(repository, github=github)
    base = git(repository, "rev-parse", "--short=7", "main").strip()
    golden("pull_request.md", summary.replace(base, "BASE"))
    golden("pull_request.log", log)
    assert code == 2
    assert github.comments == {1: f"{MARKER}\n\n{summary.rstrip()}"}


def test_one_comment_is_written_anew(repository: Path) -> None:
    others = dict.fromkeys(range(1, 130), f"> {MARKER} a comment of others")
    with serving(GitHub(dict(others))) as github:
        commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
        assert report(repository, github=github).code == 0
        first = github.comments[130]
        assert first.startswith(f"{MARKER}\n\n### archsum: 1 network\n\n#### `grown.yaml`\n\n**different")
        assert report(repository, github=github).code == 0
        assert github.asked.count("POST") == 1
        assert github.asked.count("PATCH") == 0
        commit(repository, {"grown.yaml": NETWORK.replace("filters: 16", "filters: 25")})
        assert report(repository, github=github).code == 0
        assert github.asked.count("PATCH") == 1
        assert github.comments[130] != first
        commit(repository, {"grown.yaml": f"# A comment.\n{NETWORK}"})
        outcome = report(repository, github=github)
        assert outcome == Outcome(0, "", "")
        assert github.comments == others


def test_comments_of_strangers_are_left_alone(repository: Path) -> None:
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    with serving(GitHub({1: f"{MARKER} I begin so too"})) as github:
        github.strangers = frozenset({1})
        report(repository, github=github)
    assert github.comments[1] == f"{MARKER} I begin so too"
    assert github.comments[2].startswith(MARKER)


def test_without_a_token_there_is_the_summary(repository: Path) -> None:
    commit(repository, {"limited.yaml": CHANGES["limited.yaml"]})
    code, log, summary = report(repository)
    assert code == 1
    assert "::error file=limited.yaml,line=8,col=5,title=over-budget::net" not in log
    assert re.search("^::error file=limited.yaml,.*title=over-budget::", log, re.MULTILINE)
    assert summary.startswith(
        "### archsum: 1 network, 1 over budget or broken\n\n#### `limited.yaml`\n\n**over budget: "
    )


@pytest.mark.parametrize(("answers", "said"), [(403, "pull requests of forks"), (500, "GitHub answers 500")])
def test_what_github_refuses_is_no_verdict(repository: Path, answers: int, said: str) -> None:
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    with serving(GitHub(answers=answers)) as github:
        code, log, summary = report(repository, github=github)
    assert code == 0
    assert "**different" in summary
    assert log.startswith("::warning title=archsum::no comment: ")
    assert said in log
    assert github.comments == {}


def test_a_server_that_is_not_there(repository: Path) -> None:
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    with serving(GitHub()) as github:
        pass
    code, log, _ = report(repository, github=github)
    assert code == 0
    assert log.startswith("::warning title=archsum::no comment: GitHub does not answer: ")


def test_a_server_that_hangs_up(repository: Path) -> None:
    """Which is no verdict, whatever it says before."""
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    for said in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[", b"what?\r\n\r\n"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=hang_up, args=(server, said))
            thread.start()
            github = GitHub()
            github.address = f"http://127.0.0.1:{server.getsockname()[1]}"
            code, log, summary = report(repository, github=github)
            thread.join()
        assert (code, "**different" in summary) == (0, True)
        assert log.startswith("::warning title=archsum::no comment: GitHub does not answer: ")
        assert log.count("\n") == 1


def hang_up(server: socket.socket, said: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(said)


def test_all_in_some_paths(repository: Path) -> None:
    commit(repository, {"limited.yaml": f"{NETWORK}budget: {{max_params: 5}}\n", "grown.yaml": CHANGES["grown.yaml"]})
    git(repository, "branch", "-f", "main")
    commit(repository, {"new.yaml": NETWORK})
    outcome = report(repository)
    assert (outcome.code, "new: 7 layers, 20,618 parameters" in outcome.summary) == (0, True)
    code, _, summary = report(repository, files="models\nlimited.yaml\n")
    assert code == 1
    assert summary == (
        "### archsum: 1 network, 1 over budget or broken\n\n#### `limited.yaml`\n\n"
        "**over budget**: max\\_params 5, it has 20,618\n"
    )


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ("modles", "`modles`"),
        ("models/*.yaml", "`models/*.yaml`"),
        ("settings.yaml", "`settings.yaml`"),
        ("models\nmodles\n ./nets \nlimited.yaml", "`modles` and `./nets`"),
        ("a::b%0Ac", "`a::b%250Ac`"),
    ],
)
def test_paths_in_which_there_is_no_network(files: str, named: str, repository: Path) -> None:
    """A check of nothing must not look like a pass."""
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    code, log, summary = report(repository, files=files)
    assert (code, summary) == (2, "")
    assert log.startswith(f"::error title=archsum::there is no network file in {named}: look at `files` under `with`")
    assert log.count("\n") == 1


def test_without_github(repository: Path) -> None:
    """As it is tried by hand: what would be the summary is printed."""
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "ARCHSUM_"))}
    script = [sys.executable, str(ACTION / "report.py")]
    for base, code, said in (("main", 0, "### archsum: 1 network\n"), ("", 2, "::error title=archsum::there is no ")):
        done = subprocess.run(
            script, cwd=repository, env={**kept, "ARCHSUM_BASE": base}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert (done.returncode, done.stdout.decode().startswith(said)) == (code, True)


def test_a_budget_that_is_gone(repository: Path) -> None:
    """Broken as it may have been: a limit is not taken away unseen."""
    commit(repository, {"limited.yaml": f"{NETWORK}budget: {{max_params: 5}}\n"})
    git(repository, "branch", "-f", "main")
    commit(repository, {"limited.yaml": NETWORK})
    code, _, summary = report(repository)
    assert code == 0
    assert "\n| parameters | 20,618 | – | 5 | no limit any more |\n" in summary


def test_warnings(repository: Path) -> None:
    """Of a network without limits too, which passes."""
    doubtful = NETWORK.replace("filters: 16", "filters: 24, shared: towr")
    commit(repository, {"grown.yaml": doubtful, "limited.yaml": f"{doubtful}budget: {{max_params: 99k}}\n"})
    code, log, _ = report(repository)
    assert code == 0
    lines = log.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["::warning file=grown.yaml", "::warning file=limited.yaml"]
    assert all("title=unshared-label::nothing else has the label `towr`" in line for line in lines)


def test_limits_of_the_project(repository: Path) -> None:
    commit(repository, {"archsum.toml": "[budget]\nmax_params = 5\n", "grown.yaml": CHANGES["grown.yaml"]})
    code, _, summary = report(repository)
    assert code == 1
    assert "#### `grown.yaml`\n\n**over budget**: max\\_params 5, it has 30,882\n\n**different (" in summary


GROWTH = f"{NETWORK}budget: {{max_params: +2%, blocks: {{conv2d_1: {{max_macs: +1%}}}}}}\n"


@pytest.mark.parametrize("name", ["net.yaml", "models/renamed net.yaml"])
def test_limits_that_are_a_growth_are_relative_to_the_base(name: str, repository: Path) -> None:
    commit(repository, {"net.yaml": GROWTH, "archsum.toml": "against = 'none'\n[budget]\nmax_layers = '+0'\n"})
    git(repository, "branch", "-f", "main")
    new = f"{LINEAR}budget: {{max_params: +0%}}\n"
    commit(repository, {"net.yaml": None, "new.yaml": new, name: f"# Kept.\n{GROWTH}"})
    code, log, summary = report(repository)
    assert (code, log) == (0, "")
    assert "over budget" not in summary
    grown = GROWTH.replace("filters: 16", "filters: 17").replace("  - flatten", "  - relu\n  - flatten")
    commit(repository, {name: grown})
    code, log, summary = report(repository)
    assert code == 1
    assert log.count("::error ") == log.count("title=over-budget") == 3
    assert f"::error file={name},line=" in log
    # 80, 16 × 73 and 10 × (121 × 16 + 1) were 20,618 parameters, and 121 × 16 × 72 MACs; now the 16 are 17.
    assert "**over budget**: max\\_layers 7 (+0), it has 8\n\n" in summary
    assert "**over budget: parameters 21,901 of 21,030 (+2%)" in summary
    assert "MACs of conv2d\\_1 148,104 of 140,785 (+1%)**" in summary


def test_what_it_was_is_broken(repository: Path) -> None:
    commit(repository, {"mended.yaml": GROWTH})
    code, log, summary = report(repository)
    assert code == 2
    base = git(repository, "rev-parse", "main").strip()
    assert re.search(
        rf"^::error file=mended\.yaml,title=unknown-layer::.*`flaten`.*%0A{base}:mended", log, re.MULTILINE
    )
    assert f"\n- line 8 of `{base}:mended.yaml`: there is no layer \\`flaten" in summary


def test_no_repository(tmp_path: Path) -> None:
    code, log, _ = report(tmp_path, event={"before": "1" * 40})
    assert code == 2
    assert log.startswith("::error title=archsum::fatal: not a git repository")


def test_settings_that_are_broken(repository: Path) -> None:
    commit(repository, {"archsum.toml": "[budget]\nmax_prams = 5\n", "grown.yaml": CHANGES["grown.yaml"]})
    code, log, _ = report(repository)
    assert code == 2
    assert "max_prams" in log
    assert log.startswith("::error title=archsum::error[unknown-field]: ")
    assert log.count("\n") == 1


def test_a_push(repository: Path) -> None:
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    before = git(repository, "rev-parse", "main").strip()
    with serving(GitHub()) as github:
        outcome = report(repository, github=github, event={"before": before})
    assert (outcome.code, "**different" in outcome.summary, github.asked) == (0, True, [])


@pytest.mark.parametrize(
    ("event", "base", "said"),
    [
        ({"before": "0" * 40}, "", "there is no revision to compare with: name one, as in `base: main` under `with`"),
        ({}, "", "there is no revision to compare with"),
        ({}, "mian", "this clone does not have mian: write `fetch-depth: 0` under `with` of actions/checkout"),
        ({"before": "1" * 40}, "", f"this clone does not have {'1' * 40}: write `fetch-depth: 0`"),
        ({}, "--help", "this clone does not have --help"),
        ({}, "a\n::error::b", "this clone does not have a%0A::error::b"),
    ],
)
def test_no_base(event: Any, base: str, said: str, repository: Path) -> None:
    code, log, summary = report(repository, event=event, base=base)
    assert (code, summary) == (2, "")
    assert log.startswith(f"::error title=archsum::{said}")
    assert log.count("\n") == 1


def test_a_shallow_clone(repository: Path, tmp_path: Path) -> None:
    """As actions/checkout makes it: the merge of the pull request, and as many commits as are asked for."""
    commit(repository, {"grown.yaml": CHANGES["grown.yaml"]})
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "--no-edit", "work", "-m", "merged")
    merged = git(repository, "rev-parse", "HEAD").strip()
    git(repository, "update-ref", "refs/pull/7/merge", merged)
    git(repository, "reset", "-q", "--hard", "HEAD~1")
    base = git(repository, "rev-parse", "main").strip()
    for depth, code in (("1", 2), ("2", 0)):
        clone = tmp_path / f"clone{depth}"
        clone.mkdir()
        git(clone, "init", "-q")
        git(clone, "fetch", "-q", "--depth", depth, f"file://{repository}", "refs/pull/7/merge")
        git(clone, "checkout", "-q", "FETCH_HEAD")
        outcome = report(clone, event={"pull_request": {"number": 7, "base": {"sha": base}}})
        assert outcome.code == code
        assert ("fetch-depth: 0" in outcome.log) == (depth == "1")
        assert ("**different" in outcome.summary) == (depth == "2")


HOSTILE = (
    "a\n::error::b.yaml", "<script>alert(1)</script>.yaml", "`b`.yaml", "\033[31mred.yaml", "%0A::error::.yaml",
    "![x](y) @ada.yaml", "-n.yaml", "a:b.yaml", "::error::c.yaml", "$(touch ran).yaml", "é .yaml",
)  # fmt: skip


def test_names_come_out_as_text(repository: Path) -> None:
    for module in ("yaml", "pydantic", "comment"):
        (repository / f"{module}.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    content = f"{NETWORK}budget: {{max_params: 5}}\n"
    names = [name.replace("/", "") for name in HOSTILE]
    commit(repository, dict.fromkeys(names, content))
    git(repository, "branch", "-f", "main")
    commit(repository, dict.fromkeys(names, content.replace("filters: 8", "filters: 9")))
    code, log, summary = report(repository)
    assert code == 1
    assert not (repository / "ran").exists()
    assert not (repository / ".." / "ran").exists()
    commands = [line for line in log.splitlines() if line.startswith("::")]
    assert len(commands) == len(log.splitlines()) == len(names)
    assert all(re.match("::error file=[^:,]*,line=[0-9]+,col=[0-9]+,title=over-budget::", line) for line in commands)
    assert summary.count("\n#### ") == len(names)
    assert "\033" not in summary
    assert all(
        "\033" not in line.split("title=")[1] for line in commands
    )  # what is before is the file, as it is called
    assert not any(line.startswith(("::", "##[")) for line in summary.splitlines())
    outside = re.sub(r"(`+) ?.*?(?<!`)\1(?!`)", "", summary)
    assert not re.search(r"(?<!\\)[<@\[]", outside)


def test_a_comment_has_room_for_b7(repository: Path) -> None:
    b0 = (EXAMPLES / "efficientnet.yaml").read_text(encoding="utf-8")
    b7 = b0.replace("width: 1.0", "width: 2.0").replace("depth: 1.0", "depth: 3.1").replace("224, 224", "600, 600")
    assert b7 != b0
    commit(repository, {"b.yaml": b0})
    git(repository, "branch", "-f", "main")
    commit(repository, {"b.yaml": b7})
    with serving(GitHub()) as github:
        assert report(repository, github=github).code == 0
    (comment,) = github.comments.values()
    assert "**different (parameters × 12.5, MACs × 97.8)" in comment
    assert len(comment) < 65_536


def test_many_large_changes(repository: Path) -> None:
    """What does not fit is there by its first sentence, or is counted."""
    layers = "".join(f"  - dense: {{name: {'n' * 90}{n}, units: {n + 10}}}\n" for n in range(40))
    before = {f"{'a' * 120}{number:02}.yaml": f"input: [8]\nlayers:\n{layers}" for number in range(40)}
    commit(repository, before)
    git(repository, "branch", "-f", "main")
    commit(repository, {name: content.replace("units: ", "units: 1") for name, content in before.items()})
    with serving(GitHub()) as github:
        outcome = report(repository, github=github)
    (comment,) = github.comments.values()
    assert outcome.code == 0
    assert 64_000 < len(comment) < 65_536
    hidden = re.search(r"\n\n… and (\d+) more, in the summary of the job$", comment)
    assert hidden
    assert comment.count("\n#### ") + int(hidden[1]) == outcome.summary.count("\n#### ") == 40


def test_the_action_is_valid() -> None:
    pytest.importorskip("check_jsonschema")
    schema = ["--builtin-schema", "vendor.github-actions", str(ACTION / "action.yml")]
    done = subprocess.run([sys.executable, "-m", "check_jsonschema", *schema], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_value_is_written_into_a_script() -> None:
    """What GitHub puts in the place of `${{ }}` would be run; in the environment it is a text."""
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)
    inputs = set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", (ACTION / "action.yml").read_text(encoding="utf-8")))
    assert inputs == set(action["inputs"])


def test_the_last_step_is_what_the_tests_run(repository: Path) -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    environment = {**os.environ, "PYTHON": "echo", "GITHUB_ACTION_PATH": str(ACTION)}
    done = subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{ACTION / 'report.py'}\n"

"""`archsum git`: Git's settings, and what Git then shows of a repository's history."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from archsum.cli import main
from tests.conftest import Golden
from tests.support.paths import BAD_FILES, EXAMPLES
from tests.support.repository import ENVIRONMENT, HISTORY, NETWORK, SETTINGS, git, make

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="it is Git's")

LINES = "*.yaml diff=archsum\n*.yml diff=archsum\n*.keras diff=archsum\n*.onnx diff=archsum\n"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_DIR", raising=False)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, in which the test runs."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with its twenty commits, where Git compares networks."""
    folder = make(tmp_path_factory.mktemp("history"))
    enable = [sys.executable, "-m", "archsum", "git", "--enable"]
    environment = {**os.environ, **ENVIRONMENT}  # whose name the texts are kept in
    subprocess.run(enable, cwd=folder, env=environment, check=True, capture_output=True)
    return folder


def settings(folder: Path) -> dict[str, bytes]:
    """Return all files that a repository has beside its objects."""
    files = (path for path in (folder / ".git").rglob("*") if path.is_file() and "objects" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def commit_of(folder: Path, subject: str) -> str:
    return git(folder, "log", "--format=%h", f"--grep=^{subject}$").strip()


def test_the_history(history: Path, golden: Golden) -> None:
    assert len(HISTORY) == 20
    golden("git_log.txt", git(history, "log", "-p", "--reverse", "--format=commit: %s"))


def test_one_commit(history: Path, golden: Golden) -> None:
    golden("git_show_broken.txt", git(history, "show", "--format=%s", commit_of(history, "Break it")))
    golden(
        "git_show_head.txt", git(history, "show", "--format=%s", "--stat", "-p", commit_of(history, "Tell letters too"))
    )
    assert git(history, "show", "--format=", commit_of(history, "Shorten a comment")) == ""


def test_what_changed_in_all(history: Path, golden: Golden) -> None:
    first = git(history, "rev-list", "--max-parents=0", "HEAD").strip()
    golden("git_diff.txt", git(history, "diff", first))
    golden("git_diff_stat.txt", git(history, "diff", "--stat", first))
    golden("git_diff_lines.txt", git(history, "diff", "--no-textconv", first, "--", "net.yaml"))


def test_exit_codes(history: Path) -> None:
    broken = commit_of(history, "Break it")
    assert git(history, "diff", "--exit-code", f"{broken}~", broken, code=1)
    assert git(history, "diff", "--quiet", f"{broken}~", broken, code=1) == ""
    assert git(history, "diff", "--exit-code", "HEAD") == ""


def test_the_texts_are_kept(history: Path) -> None:
    git(history, "log", "-p")
    driver = git(history, "config", "diff.archsum.textconv").strip()
    kept = git(history, "log", "-1", "--format=%s", "refs/notes/textconv/archsum").strip()
    assert kept == driver  # which Git compares before it takes what is kept
    blob = git(history, "rev-parse", "HEAD:net.yaml").strip()
    text = git(history, "notes", "--ref=textconv/archsum", "show", blob)
    assert text.startswith("input  InputLayer  (32, 32, 1)  0\n")


def test_nothing_is_left(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "config", "diff.other.textconv", "cat")
    (repository / "net.yaml").write_text(NETWORK, encoding="utf-8")
    before = settings(repository)
    for _ in range(2):
        assert main(["git", "--enable"]) == 0
        enabled = settings(repository)
        assert enabled[".git/info/attributes"].decode() == LINES
        assert set(enabled) - set(before) == {".git/info/attributes"}
    git(repository, "add", "net.yaml")
    git(repository, "commit", "-q", "-m", "a network")
    assert "Conv2D" in git(repository, "show")
    before = {**before, **{name: text for name, text in settings(repository).items() if "textconv" not in name}}
    del before[".git/info/attributes"]
    before[".git/config"] = before[".git/config"].partition(b'[diff "archsum"]')[0]
    for _ in range(2):
        assert main(["git", "--disable"]) == 0
        assert settings(repository) == before
    assert capsys.readouterr().out.splitlines() == [
        *["this repository: enabled in .git/info/attributes"] * 2,
        *["this repository: not enabled"] * 2,
    ]


@pytest.mark.parametrize("others", [b"*.png binary", b"*.png binary\r\n", b"# Ours.\n*.yaml diff=json\n\n"])
def test_what_others_say_of_files_stays(others: bytes, repository: Path) -> None:
    attributes = repository / ".git" / "info" / "attributes"
    attributes.write_bytes(others)
    main(["git", "--enable"])
    main(["git", "--enable"])
    assert attributes.read_bytes() == LINES.encode() + others
    main(["git", "--disable"])
    assert attributes.read_bytes() == others


def test_all_repositories(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = settings(repository)
    assert main(["git", "--enable", "--global"]) == 0
    assert (tmp_path / ".config" / "git" / "attributes").read_text(encoding="utf-8") == LINES
    assert settings(repository) == own
    (repository / "net.yaml").write_text(NETWORK, encoding="utf-8")
    git(repository, "add", "-N", "net.yaml")
    assert "+dense  Dense  (10,)  19,370  {units: 10, activation: softmax}\n" in git(repository, "diff")
    assert main(["git"]) == 0
    assert main(["git", "--disable", "--global"]) == 0
    assert not (tmp_path / ".config" / "git" / "attributes").exists()
    assert "archsum" not in (tmp_path / ".gitconfig").read_text(encoding="utf-8")
    attributes = tmp_path / ".config" / "git" / "attributes"
    assert capsys.readouterr().out.splitlines() == [
        f"all repositories: enabled in {attributes}",
        "this repository: not enabled",
        f"all repositories: enabled in {attributes}",
        "all repositories: not enabled",
    ]


def test_attributes_in_a_file_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "config", "--file", ".gitconfig", "core.attributesFile", "~/dotfiles/attributes")
    (tmp_path / "dotfiles").mkdir()
    linked = tmp_path / "dotfiles" / "attributes"
    kept = tmp_path / "kept"
    kept.write_text("*.png binary\n", encoding="utf-8")
    linked.symlink_to(kept)
    assert main(["git", "--enable", "--global"]) == 0
    assert linked.is_symlink()
    assert kept.read_text(encoding="utf-8") == f"{LINES}*.png binary\n"
    assert main(["git", "--disable", "--global"]) == 0
    assert kept.read_text(encoding="utf-8") == "*.png binary\n"


def test_another_archsum(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["git", "--enable"])
    git(repository, "config", "diff.archsum.textconv", "old/python -m archsum")
    capsys.readouterr()
    main(["git"])
    first, _ = capsys.readouterr().out.splitlines()
    assert first.endswith("enabled in .git/info/attributes, with another archsum: old/python -m archsum")
    main(["git", "--enable"])
    assert capsys.readouterr().out == "this repository: enabled in .git/info/attributes\n"


@pytest.mark.parametrize("options", [[], ["--global"]])
def test_an_author_that_is_not_known(
    options: list[str], repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git would keep the texts as commits, and stop where nobody can be named for them."""
    (repository / "net.yaml").write_text(NETWORK, encoding="utf-8")
    git(repository, "add", "net.yaml")
    git(repository, "commit", "-q", "-m", "a network")
    for name in ENVIRONMENT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for key in ("user.useConfigOnly", "user.name"):
        subprocess.run(["git", "config", "--global", key, "true"], check=True)
    main(["git", "--enable", *options])
    assert capsys.readouterr().out.endswith(
        ", and slow: set user.name and user.email of Git, and enable it once more\n"
    )
    shown = subprocess.run(["git", "show"], check=True, capture_output=True, text=True).stdout
    assert "+dense  Dense" in shown
    subprocess.run(["git", "config", "--global", "user.email", "ada@example.org"], check=True)
    main(["git", "--enable", *options])
    assert "slow" not in capsys.readouterr().out
    subprocess.run(["git", "show"], check=True, capture_output=True)
    assert "refs/notes/textconv/archsum" in git(repository, "for-each-ref")


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["git", "--enable"]) == 2
    assert capsys.readouterr().err == (
        "error[unwritable]: cannot set up Git: not a git repository (or any of the parent directories): .git\n"
        " = help: go to a repository, or write `--global`\n"
    )
    assert main(["git"]) == 0
    assert capsys.readouterr().out == "all repositories: not enabled\n"


def test_settings_that_cannot_be_written(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".git" / "config.lock").touch()
    assert main(["git", "--enable"]) == 2
    assert "cannot set up Git: could not lock config file .git/config: File exists" in capsys.readouterr().err
    assert not (repository / ".git" / "info" / "attributes").exists()
    (repository / ".git" / "config.lock").unlink()
    (repository / ".git" / "info" / "attributes").mkdir()
    assert main(["git", "--enable"]) == 2
    assert "cannot read .git/info/attributes: Is a directory" in capsys.readouterr().err


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["git", "--enable"]) == 2
    assert "cannot set up Git: git is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["--enable", "--disable"], ["--text", "net.yaml", "--global"], ["--enable", "--text", "a"], ["net.yaml"]],
)
def test_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["git", *arguments])
    assert stopped.value.code == 2


def text(content: bytes | str, name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> bytes:
    """Return what Git compares of a file."""
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["git", "--text", name]) == 0
    return capfdbinary.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        SETTINGS.encode(),
        b"",
        b"\xff\xfe\x00 not text",
        b"a: 1\r\nb: 2",
        b"layers: 3\n",
        b"model:\n  input: [8]\n  layers: [relu]\n",
        b"# input:\n# layers:\n",
        b"\x1b[31mred\n::error::a\n",
    ],
)
def test_other_yaml_passes_through(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert text(content, "settings.yaml", capfdbinary) == content


@pytest.mark.parametrize(
    "written",
    [
        NETWORK.encode(),
        b"\xef\xbb\xbf" + NETWORK.encode(),
        NETWORK.replace("\n", "\r\n").encode(),
        b"# About it.\n" + NETWORK.encode(),
        NETWORK.replace("input", '"input"').replace("layers", "'layers' ").encode(),
        b"name: another\n" + NETWORK.encode(),
    ],
)
def test_how_a_file_is_written_makes_no_difference(
    written: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert text(written, "_a.yml", capfdbinary) == text(NETWORK, "b.yaml", capfdbinary)


@pytest.mark.parametrize("case", sorted(path.name for path in BAD_FILES.glob("*.yaml"))[::7])
def test_equal_breakage_is_equal_text(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Git's temporary files are called otherwise each time."""
    monkeypatch.chdir(tmp_path)
    content = (BAD_FILES / case).read_bytes()
    first, second = (text(content, name, capfdbinary) for name in ("x7Yz_net.yaml", "other.yaml"))
    assert first == second
    assert b"x7Yz" not in first
    assert first.endswith(content)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x08\x07 broken", NETWORK.encode()])
@pytest.mark.parametrize("ending", [".keras", ".onnx"])
def test_broken_models(
    ending: str,
    content: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    pytest.importorskip("onnx")
    monkeypatch.chdir(tmp_path)
    said = text(content, f"q9_m{ending}", capfdbinary)
    assert said.startswith(b"error[")
    assert b"q9_" not in said


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["git", "--text", "none/net.yaml"]) == 2
    assert "cannot read none/net.yaml: No such file or directory" in capsys.readouterr().err


def test_a_model_of_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    keras = pytest.importorskip("keras")
    monkeypatch.chdir(tmp_path)
    of = keras.layers
    model = keras.Sequential([of.Input((8,)), of.Dense(4, name="::error::a"), of.Dense(2, name="<b>\x1b[31m%0A")])
    with ZipFile("made.keras", "w") as archive:
        archive.writestr("config.json", model.to_json())
    lines = text(Path("made.keras").read_bytes(), "model.keras", capfdbinary).decode().split("\n")
    assert lines[1].endswith("  Dense  (4,)  36  {units: 4}")
    assert lines[2].endswith("  Dense  (2,)  10  {units: 2}")
    assert all(line.isprintable() and not line.startswith("::") for line in lines)


def test_a_model_of_onnx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    onnx = pytest.importorskip("onnx")
    from tests.support.onnx.models import model

    monkeypatch.chdir(tmp_path)
    nodes = [onnx.helper.make_node("Gemm", ["x", "w"], ["y"], "a\n::error::b")]
    content = model(nodes, {"x": [1, 8]}, {"w": (8, 4)}).SerializeToString()
    lines = text(content, "model.onnx", capfdbinary).decode().split("\n")
    assert lines[1].endswith("  Dense  (4,)  32  {units: 4, bias: false}")
    assert all(line.isprintable() and not line.startswith("::") for line in lines)


def test_nothing_in_the_repository_is_run(repository: Path) -> None:
    """Git runs the driver in the top folder, where whoever wrote the repository may have put anything."""
    for module in ("yaml", "pydantic", "archsum", "argparse", "sitecustomize"):
        (repository / f"{module}.py").write_text("open('ran', 'w')\nraise SystemExit(3)\n", encoding="utf-8")
    main(["git", "--enable"])
    names = ("os:system.yaml", "-net.yaml", "a b.yaml", "$(touch ran).yaml", "'; touch ran; '.yaml", "é\x1b[31m.yaml")
    for name in names:
        (repository / name).write_text(NETWORK, encoding="utf-8")
    git(repository, "add", ".")
    shown = git(repository, "diff", "--cached", "--", "*.yaml")
    assert shown.count("+dense  Dense  (10,)  19,370") == len(names)
    assert not (repository / "ran").exists()
    assert "\033" not in shown


def test_a_path_with_spaces(repository: Path, tmp_path: Path) -> None:
    """Git has a shell run the command."""
    python = tmp_path / "my python's" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    code = f"import sys; sys.executable = {str(python)!r}\nfrom archsum.cli import main\nmain(['git', '--enable'])"
    subprocess.run([sys.executable, "-c", code], cwd=repository, check=True, capture_output=True)
    assert "my python" in git(repository, "config", "diff.archsum.textconv")
    (repository / "net.yaml").write_text(NETWORK, encoding="utf-8")
    git(repository, "add", "net.yaml")
    assert "+dense  Dense" in git(repository, "diff", "--cached")


def test_in_a_folder_and_in_another_worktree(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = repository / "models"
    inner.mkdir()
    monkeypatch.chdir(inner)
    main(["git", "--enable"])
    assert (repository / ".git" / "info" / "attributes").read_text(encoding="utf-8") == LINES
    (inner / "net.yaml").write_text(NETWORK, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "a network")
    assert "+dense  Dense" in git(inner, "show")
    git(repository, "worktree", "add", "-q", "../other")
    assert "+dense  Dense" in git(repository / ".." / "other", "show")


def test_every_example_has_a_text(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for file in sorted(EXAMPLES.glob("[a-m]*.yaml")):
        assert main(["git", "--text", os.fspath(file)]) == 0
        lines = capfdbinary.readouterr().out.decode().splitlines()
        assert lines[-1].startswith("MACs  ")
        assert all(line == line.strip() and line.isprintable() for line in lines)

"""What the README has for GitLab, run on a repository and against a server that answers as GitLab does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.comments import GitLab, serving
from tests.support.paths import ROOT
from tests.support.repository import NETWORK, git

pytestmark = pytest.mark.skipif(not (shutil.which("git") and shutil.which("curl")), reason="they are what it runs")

README = ROOT / "src" / "archsum" / "comparison" / "README.md"


def job(folder: Path, gitlab: GitLab, token: str = "secret") -> int:
    """Run the job's script as GitLab does, and return its exit code."""
    written = README.read_text(encoding="utf-8").partition("```yaml .gitlab-ci.yml\n")[2].partition("```")[0]
    stated = yaml.safe_load(written)["archsum"]
    base = git(folder, "rev-parse", "main").strip()
    predefined = {
        "CI_API_V4_URL": gitlab.address,
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "ARCHSUM_TOKEN": token,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    script = "\n".join(["set -eo pipefail", f'NOTES="{stated["variables"]["NOTES"]}"', *stated["script"]])
    environment = {**os.environ, **predefined, "NETWORK": stated["variables"]["NETWORK"]}
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert (folder / stated["artifacts"]["paths"][0]).exists(), done.stderr
    return done.returncode


def test_one_note_is_written_anew(tmp_path: Path) -> None:
    limited = f"{NETWORK}budget: {{max_params: 30k, max_layers: +0}}\n"
    git(tmp_path, "init", "-q", "-b", "main")
    network = tmp_path / "net.yaml"
    network.write_text(limited, encoding="utf-8")
    git(tmp_path, "add", "net.yaml")
    git(tmp_path, "commit", "-q", "-m", "a network")
    with serving(GitLab({1: "> <!-- archsum --> of others"})) as gitlab:
        assert job(tmp_path, gitlab) == 0
        assert gitlab.asked == ["GET"]
        network.write_text(limited.replace("filters: 8", "filters: 9"), encoding="utf-8")
        assert job(tmp_path, gitlab) == 0
        first = gitlab.comments[2]
        assert first == (tmp_path / "archsum.md").read_text(encoding="utf-8")
        assert first.startswith("<!-- archsum -->\n\n**different (")
        network.write_text(limited.replace("filters: 16", "filters: 32"), encoding="utf-8")
        assert job(tmp_path, gitlab, token="") == 1
        assert gitlab.comments[2] == first
        assert job(tmp_path, gitlab) == 1
        assert gitlab.comments[2].startswith("<!-- archsum -->\n\n**over budget: parameters 41,146 of 30,000")
        network.write_text(NETWORK, encoding="utf-8")
        assert job(tmp_path, gitlab) == 2
        assert "| parameters | 20,618 | – | 30,000 | no limit any more |" in gitlab.comments[2]
        network.write_text(f"# A comment.\n{limited}", encoding="utf-8")
        assert job(tmp_path, gitlab) == 0
        assert list(gitlab.comments) == [1]

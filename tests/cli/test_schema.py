import json

import pytest

from archsum.cli import main
from archsum.language.schema.network import network_schema


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed) == json.loads(json.dumps(network_schema()))
    assert printed.isascii()


def test_help_says_how_an_editor_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schema", "--help"])
    assert ended.value.code == 0
    assert "# yaml-language-server: $schema=archsum.schema.json" in capsys.readouterr().out

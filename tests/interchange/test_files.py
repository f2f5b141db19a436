"""Files that are models, and that archsum cannot read: it says what they are, and what to give instead."""

import io
import zipfile
from pathlib import Path

import pytest

import archsum


@pytest.mark.parametrize("inside", ["model/data.pkl", "model/version", "model/models/model.json"])
def test_pytorch_s_own_files(inside: str, tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(inside, b"cos\nsystem\n")
    file = tmp_path / "model.pt"
    file.write_bytes(written.getvalue())
    with pytest.raises(archsum.SpecError, match="the file is one of PyTorch's") as caught:
        archsum.load(file)
    assert caught.value.diagnostics[0].cure.startswith("give the live model, as `module:name`")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(archsum.SpecError, match="name a file in it"):
        archsum.load(tmp_path)

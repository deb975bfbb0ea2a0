import tempfile
import zipfile

import pytest

from core.domain.errors import UserError
from core.formats.registry import read, read_texts

LINE = '{"id": 1, "text": "나리는 갔다", "label": [[0, 2, "PS"]], "Comments": []}\n'


def make_archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    return tmp_path / "t"


@pytest.mark.parametrize("name", ["all.jsonl", "../../all.jsonl", "folder/all"])
def test_the_only_file_of_an_archive_is_read_and_its_copy_removed(tmp_path, temporary, name):
    path = make_archive(tmp_path / "a.zip", **{name: LINE, "__MACOSX/._all.jsonl": "x", "folder/": ""})
    (record,) = read(path)
    assert (record.id, record.text) == ("1", "나리는 갔다")
    assert [text.text for text in read_texts(path)] == ["나리는 갔다"]
    assert list(temporary.iterdir()) == []


def test_an_archive_of_several_files_is_refused_with_their_names(tmp_path, temporary):
    path = make_archive(tmp_path / "a.zip", **{"a.jsonl": LINE, "b.jsonl": LINE})
    with pytest.raises(UserError, match=r"archive with 2 files \(a\.jsonl, b\.jsonl\); unpack it and name those"):
        read(path)


def test_a_damaged_archive_is_refused(tmp_path, temporary):
    path = make_archive(tmp_path / "a.zip", **{"a.jsonl": LINE * 50})
    data = bytearray(path.read_bytes())
    data[45:60] = bytes(15)
    for damaged in (bytes(data), bytes(data[:100])):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"a\.zip is a damaged archive \(.*\); unpack it yourself"):
            read(path)
    assert list(temporary.iterdir()) == []

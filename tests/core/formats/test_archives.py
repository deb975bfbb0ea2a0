import bz2
import gzip
import io
import lzma
import re
import tarfile
import tempfile
import zipfile
from types import SimpleNamespace

import pytest

from core.domain.errors import UserError
from core.formats.archives import list_files
from core.formats.registry import open_all, read, read_texts

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


@pytest.mark.parametrize("name", ["all.jsonl", "folder/all"])
def test_the_only_file_of_an_archive_is_read_and_its_copy_removed(tmp_path, temporary, name):
    path = make_archive(tmp_path / "a.zip", **{name: LINE, "__MACOSX/._all.jsonl": "x", "folder/": ""})
    (record,) = read(path)
    assert (record.id, record.text) == ("1", "나리는 갔다")
    assert [text.text for text in read_texts(path)] == ["나리는 갔다"]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("packer", [gzip, bz2, lzma])
def test_a_packed_file_is_read_like_an_archive_of_it_and_its_copy_removed(tmp_path, temporary, monkeypatch, packer):
    path = tmp_path / "a.jsonl.packed"
    path.write_bytes(packer.compress(LINE.encode()))
    assert list_files(path) == (path,)
    (record,) = read(path)
    assert (record.id, record.text) == ("1", "나리는 갔다")
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=len(LINE.encode()) - 1))
        with pytest.raises(UserError, match="does not fit on the disk"):
            read(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match=r"a\.jsonl\.packed is a damaged archive"):
        read(path)
    assert list(temporary.iterdir()) == []


def make_tar(path, **members):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            data = content.encode()
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


OTHER = LINE.replace("나리는", "비가")


@pytest.mark.parametrize(("make", "name"), [(make_archive, "a.zip"), (make_tar, "a.tar.gz")])
def test_an_archive_of_several_files_is_read_like_a_folder_of_them(tmp_path, temporary, make, name):
    path = make(
        tmp_path / name, **{"b.jsonl": LINE, "sub/b.jsonl": OTHER, "README.md": "# 말뭉치", "__MACOSX/._b": "x"}
    )
    assert list_files(path) == (path / "b.jsonl", path / "sub/b.jsonl", path / "README.md")
    files, (rejected,) = open_all(path)
    assert [file.source.file_name for file in files] == [f"{name}/b.jsonl", f"{name}/sub/b.jsonl"]
    assert [record.text for file in files for record in file.records()] == ["나리는 갔다", "비가 갔다"]
    assert rejected.reason.startswith(f"{path}/README.md is in no known format")
    for file in files:
        file.close()
    assert list(temporary.iterdir()) == []
    assert [record.text for record in read(path / "sub/b.jsonl")] == ["비가 갔다"]
    with pytest.raises(UserError, match=r"archive with 3 files \(b\.jsonl, .*\); name one of them, as .*/b\.jsonl"):
        read(path)
    with pytest.raises(UserError, match=r"has no file c\.jsonl; it has b\.jsonl, sub/b\.jsonl"):
        read(path / "c.jsonl")
    with pytest.raises(UserError, match=r"x\.jsonl does not exist"):
        read(tmp_path / "x.jsonl")


def test_records_without_ids_get_such_that_tell_the_files_of_an_archive_apart(tmp_path):
    path = make_archive(tmp_path / "a.zip", **{"x/b.jsonl": '{"text": "비"}', "y/b.jsonl": '{"text": "비"}'})
    first, second = (record.id for each in list_files(path) for record in read(each))
    assert re.fullmatch(r"a\.zip/x/b-1-[0-9a-f]{6}", first)
    assert second == first.replace("/x/", "/y/")


def test_the_files_of_brat_in_an_archive_are_one_corpus(tmp_path, temporary):
    path = make_archive(tmp_path / "a.zip", **{"p/가.txt": "나리는 갔다", "p/가.ann": "T1\tPS 0 2\t나리\n"})
    assert list_files(path) == (path,)
    (record,) = read(path)
    assert (record.id, record.gold[0][:3]) == ("가:1", (0, 2, "PS"))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["../b.jsonl", "/b.jsonl", "x/../../b.jsonl", "x\\..\\b.jsonl"])
def test_no_file_of_an_archive_leads_out_of_it(tmp_path, name):
    path = make_archive(tmp_path / "a.zip", **{"a.jsonl": LINE, name: LINE})
    for open_it in (list_files, read):
        with pytest.raises(UserError, match="since its name leads out of the archive"):
            open_it(path)


def test_an_encrypted_archive_and_one_larger_than_the_disk_are_refused(tmp_path, monkeypatch):
    path = make_archive(tmp_path / "a.zip", **{"a.jsonl": LINE, "b.jsonl": LINE})
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2 * len(LINE.encode()) - 1))
        with pytest.raises(UserError, match="does not fit on the disk"):
            list_files(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"a\.zip is encrypted; unpack it yourself"):
        read(path)


def test_only_the_disk_that_files_are_unpacked_to_needs_room(tmp_path, temporary, monkeypatch):
    path = make_archive(tmp_path / "a.zip", **{"a.jsonl": LINE, "b.jsonl": LINE})
    room = {temporary: 1_000_000}
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=room.get(folder, 0)))
    assert len(list_files(path)) == 2, "the archive is on a disk that is read only, and full"


def test_names_in_cp949_are_read(tmp_path):
    path = make_archive(tmp_path / "a.zip", **{"xx.jsonl": LINE, "yy.jsonl": LINE})
    path.write_bytes(path.read_bytes().replace(b"xx.jsonl", "갑.jsonl".encode("cp949")))
    assert [each.name for each in list_files(path)] == ["갑.jsonl", "yy.jsonl"]


def test_a_damaged_archive_is_refused(tmp_path, temporary):
    path = make_archive(tmp_path / "a.zip", **{"a.jsonl": LINE * 50})
    data = bytearray(path.read_bytes())
    data[45:60] = bytes(15)
    for damaged in (bytes(data), bytes(data[:100])):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"a\.zip is a damaged archive \(.*\); unpack it yourself"):
            read(path)
    assert list(temporary.iterdir()) == []

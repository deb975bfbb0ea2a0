import pytest

from core.io.folders import new_folder


def test_a_folder_takes_its_name_when_it_is_full(tmp_path):
    folder = tmp_path / "cache" / "made"
    with new_folder(folder) as new:
        (new / "within").mkdir()
        (new / "within" / "file").write_text("whole")
        assert not folder.exists()
    assert (folder / "within" / "file").read_text() == "whole"
    assert [path.name for path in folder.parent.iterdir()] == ["made"]


def test_a_failure_leaves_nothing(tmp_path):
    def fail():
        with new_folder(tmp_path / "made") as new:
            (new / "file").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_stays(tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "file").write_text("first")
    with pytest.raises(OSError), new_folder(tmp_path / "made") as new:
        (new / "file").write_text("second")
    assert (tmp_path / "made" / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]

import pytest

from core.errors import UserError
from core.files import replacing, replacing_bytes


def test_new_text_takes_the_place_of_the_old(tmp_path):
    target = tmp_path / "말뭉치.txt"
    target.write_text("old")
    with replacing(target) as file:
        file.write("새것\r\n끝\n")
        assert target.read_text() == "old"
    assert target.read_bytes() == "새것\r\n끝\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_new_bytes_take_the_place_of_the_old(tmp_path):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with replacing_bytes(target) as file:
        file.write(b"\r\n\xff\0")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"\r\n\xff\0"
    assert list(tmp_path.iterdir()) == [target]


def write_half(target):
    with replacing(target) as file:
        file.write("half")
        raise RuntimeError


def test_a_failure_leaves_the_old_text_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError):
        write_half(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_no_new_file(tmp_path):
    with pytest.raises(RuntimeError):
        write_half(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_no_new_bytes(tmp_path):
    with pytest.raises(UserError, match="cannot be written"), replacing_bytes(tmp_path / "a.bin"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "a.txt", tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as file:
        file.write("x")
    assert link.is_symlink()
    assert target.read_text() == "x"


def test_a_name_of_255_bytes_is_no_obstacle(tmp_path):
    target = tmp_path / ("가" * 85)
    with replacing(target) as file:
        file.write("x")
    assert target.read_text() == "x"


@pytest.mark.parametrize("place", ["missing/a.txt", "folder", "file/a.txt"])
def test_a_place_that_cannot_be_written_is_the_users_to_mend(tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"), replacing(tmp_path / place) as file:
        file.write("x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_full_disk_is_the_users_to_mend(tmp_path):
    target = tmp_path / "a.txt"
    with pytest.raises(UserError, match="No space left"), replacing(target):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []

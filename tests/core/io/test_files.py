import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.domain.errors import UserError
from core.io.files import kind_of, open_descriptor, replacing, replacing_bytes
from tests.paths import ROOT

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")


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


def test_a_name_of_255_bytes_is_accepted(tmp_path):
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


@posix
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    with replacing(pipe) as file:
        file.write("새것\n")
    reader.join()
    assert read == ["새것\n"]
    assert kind_of(pipe) == "pipe"
    assert list(tmp_path.iterdir()) == [pipe]


@posix
def test_a_socket_is_refused_and_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        with pytest.raises(UserError, match="s cannot be written: it is a socket"), replacing(Path("s")) as file:
            file.write("x")
    assert kind_of(Path("s")) == "socket"


def run_python(code, *arguments, **options):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, **options)


WRITE = "import sys; from pathlib import Path; from core.io.files import replacing\n"


@posix
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "link"])
def test_standard_output_is_written_on_where_it_is_and_never_replaced(tmp_path, name):
    """As the shell's `>> file` gives it: what the file holds stays, and what the process prints later comes behind."""
    target = tmp_path / "all.txt"
    target.write_text("old\n")
    (tmp_path / "link").symlink_to("/dev/stdout")
    code = WRITE + "with replacing(Path(sys.argv[1])) as file: file.write('new\\n')\nprint('end')"
    with target.open("a") as output:
        run_python(code, tmp_path / name, stdout=output)
    assert target.read_text() == "old\nnew\nend\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.txt", "link"]


def test_a_file_of_that_name_is_not_an_open_file(tmp_path):
    (tmp_path / "1").touch()
    assert open_descriptor(tmp_path / "1") is None


@posix
def test_a_replaced_file_keeps_its_mode_and_a_new_one_has_the_usual_one(tmp_path):
    secret, usual, other = (tmp_path / name for name in ("secret", "usual", "other"))
    secret.touch(0o600)
    other.touch()
    for path in (secret, usual):
        with replacing(path) as file:
            file.write("x")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert usual.stat().st_mode == other.stat().st_mode


@posix
def test_the_folder_is_on_the_disk_once_a_file_is_in_place(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("core.io.files.sync", lambda folder: synced.append((folder, (folder / "a").read_text())))
    with replacing(tmp_path / "a") as file:
        file.write("x")
    assert synced == [(tmp_path, "x")]


@posix
def test_what_a_killed_process_left_is_removed_by_the_next_and_what_another_writes_stays(tmp_path):
    code = WRITE + (
        "import os, signal\nwith replacing(Path(sys.argv[1])) as file:\n"
        "    file.write('x'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "killed")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    [left] = tmp_path.iterdir()
    with replacing(tmp_path / "a") as first:
        assert not left.exists()
        with replacing(tmp_path / "b") as second:
            second.write("b")
        first.write("a")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "a", "b": "b"}


def test_a_name_that_is_too_long_is_reported_in_one_sentence(tmp_path):
    for use in (kind_of, lambda path: replacing(path).__enter__()):
        with pytest.raises(UserError, match=r"xxx cannot be .*: File name too long"):
            use(tmp_path / ("x" * 300))

"""Kiwi in a process of its own: it holds Python's lock while it loads and analyses, which would freeze the window.

A message is a length and a marshalled value. The process starts on the first request and exits with its parent, which
closes its input.
"""

import atexit
import contextlib
import marshal
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

from core.domain.errors import UserError

Token = tuple[int, int, str]
"""Start, length and tag of a morpheme, or of a sentence."""
Analyse = Callable[[Sequence[str]], Iterable[Iterable[Token]]]

_ROOT = Path(__file__).resolve().parents[3]
_AT_ONCE = 500
"""Texts per message: unmarshalling a longer answer would itself hold Python's lock for too long."""
_LENGTH = struct.Struct("<Q")


def serving(load: str) -> str:
    """The code of a helper process that answers with the analysis that a function of this module loads."""
    return f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from {__name__} import {load}, serve; serve({load})"


class Analyser:
    """The helper process, safe to use from any thread.

    Args:
        code: the Python code that the process runs.
    """

    def __init__(self, code: str) -> None:
        self._code = code
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def analyse(self, texts: Sequence[str]) -> list[list[Token]]:
        """The morphemes of each text.

        Raises:
            UserError: the process cannot be started, or fails on these texts.
        """
        found: list[list[Token]] = []
        for first in range(0, len(texts), _AT_ONCE):
            with self._lock:
                found += self._ask(list(texts[first : first + _AT_ONCE]))
        return found

    def close(self) -> None:
        """End the process; the next request starts another one."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ask(self, texts: list[str]) -> list[list[Token]]:
        answer: object = None
        for _ in range(2):  # a process that was killed is replaced once
            try:
                answer = self._exchange(texts)
                break
            except (OSError, EOFError):
                self.close()
            except BaseException:  # such as Ctrl+C: the pending answer must not be read as that of the next request
                self.close()
                raise
        if isinstance(answer, list):
            return answer
        if answer:
            raise UserError(
                "the Korean analyser (kiwipiepy) does not work here: {reason}; reinstall it and try again",
                reason=answer,
            )
        raise UserError("the Korean analyser (kiwipiepy) does not work here; reinstall it and try again")

    def _exchange(self, texts: list[str]) -> object:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process.stdin, texts)
        return _receive(process.stdout)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():  # a forked process must not read its parent's answers
            self._owner = os.getpid()
            flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # otherwise Windows opens a console
            self._process = subprocess.Popen(
                [sys.executable, "-c", self._code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=flags
            )
            atexit.unregister(self.close)
            atexit.register(self.close)
        return self._process


def load_kiwi() -> Analyse:
    """Load Kiwi, which takes seconds; returns its analysis function."""
    from kiwipiepy import Kiwi  # in the helper process only

    kiwi = Kiwi()

    def analyse(texts: Sequence[str]) -> Iterable[Iterable[Token]]:
        for tokens in kiwi.tokenize(texts):
            yield ((token.start, token.len, token.tag.split("-")[0]) for token in tokens)

    return analyse


def load_splitter() -> Analyse:
    """Load Kiwi as well; returns a function that gives the sentences of texts, which have no tag."""
    from kiwipiepy import Kiwi  # in the helper process only

    kiwi = Kiwi()

    def split(texts: Sequence[str]) -> Iterable[Iterable[Token]]:
        for sentences in kiwi.split_into_sents(texts):
            yield ((sentence.start, sentence.end - sentence.start, "") for sentence in sentences)

    return split


def serve(load: Callable[[], Analyse]) -> None:
    """Answer requests until the input ends; runs in the helper process. An error is answered with its message."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl+C
    answers = os.fdopen(os.dup(1), "wb")
    with contextlib.suppress(OSError):  # a window without a console has no standard error
        os.dup2(2, 1)  # output that a library prints must not mix with the answers
    analyse: Analyse | None = None
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            texts = _receive(sys.stdin.buffer)
            assert isinstance(texts, list)
            try:
                analyse = analyse or load()
                answer: str | list[list[Token]] = [list(tokens) for tokens in analyse(texts)]
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
            _send(answers, answer)


def _send(file: IO[bytes], value: str | list[str] | list[list[Token]]) -> None:
    message = marshal.dumps(value)
    file.write(_LENGTH.pack(len(message)))
    file.write(message)
    file.flush()


def _receive(file: IO[bytes]) -> object:
    [length] = _LENGTH.unpack(_read(file, _LENGTH.size))
    return marshal.loads(_read(file, length))


def _read(file: IO[bytes], length: int) -> bytes:
    """Read exactly `length` bytes.

    Raises:
        EOFError: the other process has ended.
    """
    message = file.read(length)
    if len(message) < length:
        raise EOFError
    return message

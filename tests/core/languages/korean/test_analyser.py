"""Kiwi's own process: asked by any thread, replaced where it was ended, and it never keeps Python's lock here."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.domain.errors import UserError
from core.languages.korean import analyser as module
from core.languages.korean.analyser import Analyser
from tests.paths import ROOT


def helper(analyse):
    """What a helper process runs whose analysis is an expression of `texts`."""
    serve = f"serve(lambda: lambda texts: {analyse})"
    load = "from core.languages.korean.analyser import serve"
    return f"import os, sys, time; sys.path.insert(0, {str(ROOT)!r}); {load}; {serve}"


@pytest.fixture
def analyser_of():
    made = []

    def make(analyse):
        made.append(Analyser(helper(analyse)))
        return made[-1]

    yield make
    for analyser in made:
        analyser.close()


def test_it_is_another_process_and_the_same_for_all_threads(analyser_of):
    analyser = analyser_of("[[(os.getpid(), 1, text)] for text in texts]")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(analyser.analyse, [["가"], ["나"]]))
    assert [answer[0][0][2] for answer in answers] == ["가", "나"]
    assert len({answer[0][0][0] for answer in answers} | {os.getpid()}) == 2


def test_many_texts_are_asked_in_parts_and_answered_in_order(analyser_of, monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    texts = [str(number) for number in range(10)]
    answers = analyser_of("[[(len(texts), 1, text)] for text in texts]").analyse(texts)
    assert [tag for [(_, _, tag)] in answers] == texts
    assert max(size for [(size, _, _)] in answers) == 3


def test_python_runs_on_here_while_it_analyses(analyser_of, tmp_path):
    goes_on = tmp_path / "goes on"
    wait = f"[time.sleep(0.001) for _ in iter(lambda: os.path.exists({str(goes_on)!r}), True)]"
    analyser = analyser_of(f"{wait} and [[] for _ in texts]")
    thread = threading.Thread(target=lambda: analyser.analyse(["가"]))
    thread.start()
    goes_on.write_text("")
    thread.join(60)
    assert not thread.is_alive()


def test_one_that_was_ended_from_outside_is_replaced(analyser_of):
    analyser = analyser_of("[[(os.getpid(), 1, '')] for _ in texts]")
    [[(first, _, _)]] = analyser.analyse(["가"])
    analyser._process.kill()
    [[(second, _, _)]] = analyser.analyse(["가"])
    assert first != second


def test_texts_that_end_it_are_refused_with_the_way_out(analyser_of):
    with pytest.raises(UserError, match=r"Korean analyser \(kiwipiepy\) does not work here; reinstall"):
        analyser_of("os._exit(1)").analyse(["가"])


def test_a_failure_in_the_process_is_reported(analyser_of):
    with pytest.raises(UserError, match=r"does not work here: ZeroDivisionError: division by zero; reinstall"):
        analyser_of("1 / 0").analyse(["가"])


def test_what_it_prints_does_not_disturb_its_answers(analyser_of):
    analyser = analyser_of("print('noise') or os.write(1, b'noise') and [[] for _ in texts]")
    assert analyser.analyse(["가", "나"]) == [[], []]


def test_it_ends_with_the_process_that_asked():
    code = (
        "from core.languages.korean.analyser import Analyser;"
        "from tests.core.languages.korean.test_analyser import helper;"
        "print(Analyser(helper('[[(os.getpid(), 1, str())] for _ in texts]')).analyse(['가'])[0][0][0], flush=True);"
        "import os; os._exit(0)"
    )
    # The helper holds the pipe's other end open: reading comes to an end only when it has ended, too.
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert int(done.stdout) > 0


def test_closing_it_ends_the_process(analyser_of):
    analyser = analyser_of("[[] for _ in texts]")
    analyser.analyse(["가"])
    process = analyser._process
    analyser.close()
    assert process.returncode == 0


def test_an_interrupted_question_is_never_answered_to_the_next_one(analyser_of, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    analyser = analyser_of("[[(0, 1, text)] for text in texts]")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(module, "_receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            analyser.analyse(["가"])
    assert analyser.analyse(["나"]) == [[(0, 1, "나")]]

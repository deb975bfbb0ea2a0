import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from gui.inspect.sentence_list import KEPT, SLICE, SentenceList, SentenceListModel
from gui.look.theme import LIGHT, Look
from gui.sentence.delegate import ROW_HEIGHT, SENTENCE_ROLE, SentenceRow
from gui.text.wording import common_prefix

MANY = 300_000


class Source:
    """Stands for the store and notes what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, numbers):
        self.asked.append(list(numbers))
        return [SentenceRow(number, f"id-{number}", "dev", f"문장 {number}", (), None, False) for number in numbers]


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def model(source):
    model = SentenceListModel(source)
    model.show_numbers([2 * number for number in range(MANY)])
    return model


def row(model, at):
    return model.data(model.index(at, 0), SENTENCE_ROLE)


def test_only_what_is_visible_is_read(qtbot, model, source):
    view = SentenceList(model, Look(LIGHT))
    qtbot.addWidget(view)
    view.resize(400, 10 * ROW_HEIGHT)
    view.show()
    qtbot.waitExposed(view)
    view.grab()
    assert source.asked == [[2 * number for number in range(SLICE)]]
    for at in (MANY // 2, MANY - 1):
        view.choose(at)
        view.grab()
    assert len(source.asked) == 3, "a jump reads once"
    assert model.data(model.index(MANY - 1, 0), Qt.ItemDataRole.DisplayRole) == f"문장 {2 * MANY - 2}"


def test_what_was_read_is_read_once_and_then_forgotten_again(model, source):
    for at in range(3 * SLICE):
        row(model, at)
    assert len(source.asked) == 3
    for first in range(0, 2 * KEPT, SLICE):
        row(model, first)
    asked = len(source.asked)
    row(model, 0)
    assert len(source.asked) == asked + 1


def test_scrolling_up_reads_the_rows_before_and_none_again(model, source):
    for at in range(100, 100 - 2 * SLICE, -1):
        row(model, at)
    numbers = [number for asked in source.asked for number in asked]
    assert len(source.asked) == 3
    assert sorted(numbers) == sorted(set(numbers))


def test_one_sentence_is_read_anew_without_a_reset(qtbot, model, source):
    row(model, 7)
    with (
        qtbot.assertNotEmitted(model.modelReset),
        qtbot.waitSignal(model.dataChanged, check_params_cb=lambda first, last, _: first.row() == last.row() == 7),
    ):
        model.refresh([14])
    asked = len(source.asked)
    assert row(model, 8).number == 16
    assert len(source.asked) == asked
    assert row(model, 7).number == 14
    assert len(source.asked) == asked + 1


def test_places_of_sentences(model):
    assert model.row_of(14) == 7
    assert model.row_of(15) is None
    assert model.row_near(15) == 8
    assert model.row_of(2 * MANY) is None


def test_the_model_keeps_qts_rules(source):
    model = SentenceListModel(source)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_numbers([1, 2, 3])
    model.refresh([2])
    model.show_numbers([])


def test_numbers_in_no_order_are_found_where_they_stand(model):
    model.show_numbers([8, 2, 6], ascending=False)
    assert [model.row_of(number) for number in (8, 2, 6, 4)] == [0, 1, 2, None]
    assert (model.row_near(6), model.row_near(4)) == (2, 0)
    model.show_numbers([2, 6, 8])
    assert [model.row_of(number) for number in (8, 2, 6, 4)] == [2, 0, 1, None]


def test_ids_are_cut_where_nearly_all_begin_alike():
    klue = [f"klue-ner-v1_dev_{number:05}-wikitree" for number in range(100)]
    assert common_prefix(klue) == "klue-ner-v1_dev_"
    assert common_prefix([*klue, "scratch-660ced85782b"]) == "klue-ner-v1_dev_"
    assert common_prefix(["news-0016", "news-0110"]) == "", "what is short is not cut"
    assert common_prefix(["klue-ner-v1_dev_00001-wikitree"]) == ""
    assert common_prefix(["a" * 20 + "1", "a" * 20 + "2"]) == "", "no number is cut into"
    assert common_prefix([]) == ""

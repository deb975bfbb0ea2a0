"""The document of the large sentence: its neighbours, the way through them, and searches for what files say."""

import json

import pytest
from PySide6.QtCore import Qt

from core.domain.generators import run_to_end
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.documents import Details
from core.store.project import create_project
from gui.inspect.document_panel import DocumentView

ALT = Qt.KeyboardModifier.AltModifier
MEMBERS = {"source": "한겨레", "meta": {"date": "2020-01-02", "score": 0.5}}


def project_with_documents(folder):
    """Two documents of three sentences each, and one sentence without."""
    made = [
        {"id": f"{name}-{at}", "text": f"{name} {at}번째 문장이다.", "label": [], "judged": "yes", "document": name}
        for name in ("사설", "기사")
        for at in (1, 2, 3)
    ]
    made[4] |= {"annotator": "민서", **MEMBERS}
    path = folder.parent / "news.jsonl"
    lines = [*made, {"id": "plain", "text": "홀로 있다.", "label": [], "judged": "yes"}]
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines), encoding="utf-8")
    project = create_project(folder)
    run_to_end(import_corpus(project, ImportPlan((path,), "dev")))
    return project


@pytest.fixture
def bench(bench_over):
    return bench_over(project_with_documents)


def neighbours(bench):
    panel = bench.page.detail.document
    return [line.text() for lines in (panel.before, panel.after) for line in lines.lines if lines.isVisible()]


def search_for(bench, qtbot, words):
    bench.page.filters.search.show_text(words)
    bench.page.filters.search.returnPressed.emit()
    qtbot.waitUntil(lambda: bench.page.listing._unanswered is None)


def test_the_neighbours_are_above_and_below_the_sentence(bench):
    bench.go_to("사설-2")
    assert neighbours(bench) == ["", "사설 1번째 문장이다.", "사설 3번째 문장이다.", ""]
    assert "document 사설, 2 of 3" in bench.page.detail.document.details.line.text()
    assert "file news.jsonl" in bench.page.detail.document.details.line.text().replace("\u200b", "")
    bench.go_to("사설-3")
    assert neighbours(bench) == ["사설 1번째 문장이다.", "사설 2번째 문장이다.", "", ""]
    bench.go_to("plain")
    assert neighbours(bench) == []
    assert not bench.page.detail.document.details.isVisible()


def test_keys_and_clicks_go_through_the_document_in_the_list(bench):
    bench.go_to("사설-1")
    bench.key(Qt.Key.Key_Down, ALT)
    assert bench.shown() == "사설-2"
    bench.click(bench.page.detail.document.after.lines[0])
    assert bench.shown() == "사설-3"
    bench.key(Qt.Key.Key_Down, ALT)
    assert bench.shown() == "사설-3", "the document ends here"
    bench.key(Qt.Key.Key_Up, ALT)
    assert bench.shown() == "사설-2"


def test_a_neighbour_that_is_not_listed_is_shown_in_the_list_of_its_document(bench, qtbot):
    search_for(bench, qtbot, "사설 2번째")
    assert bench.listed() == ["사설-2"]
    before = bench.page.place()
    with qtbot.waitSignal(bench.session.link_followed):
        bench.key(Qt.Key.Key_Down, ALT)
    qtbot.waitUntil(lambda: bench.listed() == ["사설-1", "사설-2", "사설-3"])
    assert bench.shown() == "사설-3"
    bench.page.return_to(before)
    qtbot.waitUntil(lambda: bench.listed() == ["사설-2"])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("document:기사", ["기사-1", "기사-2", "기사-3"]),
        ('document:"기"', []),
        ("document:기사 3번째", ["기사-3"]),
        ("annotator:민서", ["기사-2"]),
        ("extra:source:한겨레", ["기사-2"]),
        ('extra:"date:2020"', ["기사-2"]),
        ("file:other", []),
        ("file:NEWS extra:겨레", ["기사-2"]),
    ],
)
def test_a_search_finds_what_files_say(bench, qtbot, search, found):
    search_for(bench, qtbot, search)
    assert bench.listed() == found


def test_what_a_file_says_besides_is_folded_and_leads_to_sentences_with_the_same(bench, qtbot):
    bench.go_to("기사-2")
    details = bench.page.detail.document.details
    assert "annotator 민서" in details.line.text()
    assert not details.extras.isVisible()
    details.line.linkActivated.emit("extras")
    assert details.extras.isVisible()
    shown = details.extras.text().replace("\u200b", "")
    assert 'meta: {"date":"2020-01-02","score":0.5}'.replace('"', "&quot;") in shown
    [(_, first), (_, second)] = details.extras._parts
    for target in (first, second):
        details.extras.linkActivated.emit(target)
        qtbot.waitUntil(lambda: bench.listed() == ["기사-2"])
        assert bench.shown() == "기사-2"


def test_an_address_among_the_extras_does_not_widen_the_page(bench, qtbot):
    details = bench.page.detail.document.details
    bench.go_to("기사-2")
    details.line.linkActivated.emit("extras")
    narrow = details.minimumSizeHint().width()
    extras = {"url": "https://example.org/" + "a" * 200, "list": ["정치"] * 40, "dashes": "x-" * 80}
    details.show_details(DocumentView(Details(file="f.jsonl", extras=extras)))
    assert "example" in details.extras.text()
    assert details.minimumSizeHint().width() < max(narrow, 300)

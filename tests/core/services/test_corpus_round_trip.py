"""Import, export and import again: what a format says that it holds comes back through a project."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.generators import run_to_end
from core.formats.records import Record, StatedSpan, WriteOptions
from core.formats.registry import FORMATS, read
from core.metrics.comparison import compare_spans
from core.services.export_corpus import ADDENDA, export_corpus
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.predictions import EpochKey
from core.store.project import create_project
from tests.building import FIRST_EPOCH, add_run, project_with_sentences

WRITABLE = [known for known in FORMATS if known.write is not None]
EXTRAS = [
    {},
    {"source": "뉴스"},
    {"meta": {"date": "2020-01-02", "score": 0.5, "tags": ["a", None, True]}, "note": "메모 😀"},
]


def available(corpus_format):
    if corpus_format.name == "spacy":
        pytest.importorskip("spacy", reason="spaCy is not installed")
    return corpus_format


def texts(corpus_format):
    """Texts that the format can hold, each with one entity."""
    if corpus_format.name == "text":
        return ["세종은 왕이다", "비가 온다"]
    return ["세종 은 왕 이다", "민서 야 안녕"] + (["세종은 😀\t왕"] if "line ends" in corpus_format.holds else [])


@st.composite
def records(draw, corpus_format):
    """Records of documents that follow one another, of each a few sentences."""
    made = []
    for document in draw(st.lists(st.sampled_from(["사설 1", "기사-2", "3"]), unique=True, min_size=1, max_size=3)):
        for _ in range(draw(st.integers(1, 3))):
            number = len(made) + 1
            text = draw(st.sampled_from(texts(corpus_format)))
            spans = () if corpus_format.name == "text" else (StatedSpan(0, 2, "PS"),)
            made.append(
                Record(
                    number,
                    f"{text} {number}",
                    spans,
                    f"id-{number}",
                    document=document if "documents" in corpus_format.holds else "",
                    annotator=draw(st.sampled_from(["", "민서"])) if "annotators" in corpus_format.holds else "",
                    extras=draw(st.sampled_from(EXTRAS)) if "extras" in corpus_format.holds else {},
                )
            )
    return made


def through_a_project(folder, path, format_name):
    """The file that a project of another file's sentences exports."""
    with create_project(folder) as project:
        run_to_end(import_corpus(project, ImportPlan((path,), "train", format=format_name)))
        split = "pool" if format_name == "text" else None
        out = folder.parent / f"{folder.stem}-{path.name}"
        report = export_corpus(project, out, format_name, split, "corrected")
        assert [notice for notice in report.notices if "cannot keep" in notice and format_name != "text"] == []
        return out


def said(records):
    return [
        (each.text, each.gold, each.id, each.document, each.annotator, each.judged, dict(each.extras))
        for each in records
    ]


def without_ids(records):
    return [values[:2] + values[3:] for values in records]


@pytest.mark.parametrize("corpus_format", WRITABLE, ids=lambda known: known.name)
@given(data=st.data())
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_import_export_import_is_the_identity(tmp_path_factory, corpus_format, data):
    folder = tmp_path_factory.mktemp("round")
    path = folder / f"corpus{corpus_format.suffix}"
    available(corpus_format).write(path, data.draw(records(corpus_format)), WriteOptions())
    first = said(read(path, corpus_format.name))
    second = said(read(through_a_project(folder / "a.spandesk", path, corpus_format.name), corpus_format.name))
    assert without_ids(second) == without_ids(first)
    if "ids" in corpus_format.holds:
        assert second == first


def jsonl(path, *members):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in members), encoding="utf-8")
    return path


def exported(project, path, split=None, addenda=()):
    report = export_corpus(project, path, "jsonl", split, "corrected", addenda=addenda)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()], report


def test_an_id_of_two_files_comes_back_where_it_is_the_only_one_in_the_export(tmp_path):
    first = jsonl(tmp_path / "a" / "x.jsonl", {"id": "0", "text": "가", "label": [], "judged": "yes"})
    second = jsonl(tmp_path / "b" / "y.jsonl", {"id": "0", "text": "나", "label": [], "judged": "yes"})
    with create_project(tmp_path / "p.spandesk") as project:
        plans = ImportPlan((first,), "train"), ImportPlan((second,), "dev")
        run_to_end(import_corpus(project, *plans))
        alone, _ = exported(project, tmp_path / "dev.jsonl", "dev")
        both, _ = exported(project, tmp_path / "all.jsonl")
    assert [each["id"] for each in alone] == ["0"]
    assert [each["id"] for each in both] == ["0", "y.jsonl#0"]


def test_what_people_said_is_written_beside_the_gold_if_asked(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        key = EpochKey(add_run(project, FIRST_EPOCH), 1)
        stored = project.sentences.by_id("news-3")
        project.reviews.note(stored.number, "확인")
        predicted = project.predictions.of(key, [stored.number])[stored.number]
        [shown] = [each for each in compare_spans(stored.gold, predicted) if each.outcome == "edge"]
        project.reviews.judge(stored.number, key, shown, "model")
        project.reviews.mark(stored.number, reviewed=True)
        plain, _ = exported(project, tmp_path / "plain.jsonl", "dev")
        full, _ = exported(project, tmp_path / "full.jsonl", "dev", ADDENDA)
    assert set(plain[0]) == {"id", "text", "label"}
    assert (full[0]["note"], full[0]["reviewed"], full[0]["split"]) == ("확인", True, "dev")
    verdict = {"run": 1, "epoch": 1, "gold": [0, 2, "PS"], "predicted": [0, 3, "PS"], "verdict": "model"}
    assert full[0]["verdicts"] == [verdict]
    assert (full[1]["reviewed"], "note" in full[1]) == (False, False)


def test_a_note_of_the_file_stays_beside_one_from_here(tmp_path):
    path = jsonl(tmp_path / "x.jsonl", {"id": "0", "text": "가", "label": [], "judged": "yes", "note": "원래"})
    with create_project(tmp_path / "p.spandesk") as project:
        run_to_end(import_corpus(project, ImportPlan((path,), "train")))
        project.reviews.note(project.sentences.by_id("0").number, "새")
        [members], _ = exported(project, tmp_path / "out.jsonl", addenda=("notes",))
    assert (members["note"], members["spandesk_note"]) == ("원래", "새")


def test_an_export_says_what_its_format_cannot_keep_and_what_is_in_no_split(tmp_path):
    members = {"id": "0", "text": "가", "label": [], "judged": "yes", "document": "d", "annotator": "민서"}
    pooled = {"id": "1", "text": "나", "judged": "no", "label": []}
    with create_project(tmp_path / "p.spandesk") as project:
        run_to_end(import_corpus(project, ImportPlan((jsonl(tmp_path / "x.jsonl", members, pooled),), "train")))
        notices = export_corpus(project, tmp_path / "a.tsv", "klue", None, "corrected").notices
        lines, _ = exported(project, tmp_path / "pool.jsonl", "pool")
    assert notices == (
        "KLUE-NER (TSV) cannot keep: documents, annotators.",
        "1 sentence in the pool or set aside was not written.",
    )
    assert [(each["id"], each["judged"]) for each in lines] == [("1", "no")]

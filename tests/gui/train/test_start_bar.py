"""What a training would find in the corpus."""

from core.domain.spans import Span
from gui.train.start_bar import Corpus, corpus_of, readiness
from tests import building
from tests.gui.train.conftest import numbered


def found_in(project, *, limit=None, moves=False):
    return readiness(corpus_of(project), limit=limit, moves=moves)


def test_a_corpus_in_one_line(tmp_path):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        found = found_in(project)
        assert found.summary == "2 training sentences with 5 spans, 4 dev sentences, 4 types"
        assert found.warnings == ("TI occurs in dev but in no training sentence, and cannot be learned.",)
        assert found.hindrance is None
        assert found_in(project, limit=1).summary.endswith("; at most 1 of each, corrected ones first")


def test_what_moves_is_said(tmp_path):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        project.corrections.correct(numbered(project, "talk-2"), [Span(0, 3, "DT")])
        assert found_in(project, moves=True).summary.endswith("; 1 corrected dev sentence moves to train")
        assert corpus_of(project) == Corpus(
            train=2,
            dev=4,
            corrected_dev=1,
            train_spans={"PS": 1, "LC": 2, "OG": 1, "DT": 1},
            dev_spans={"PS": 2, "DT": 2, "OG": 1, "LC": 1, "TI": 1},
        )


def test_no_sentence_is_read_to_count_spans(tmp_path, monkeypatch):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        monkeypatch.setattr(project.sentences, "each", None)
        assert "with 5 spans" in found_in(project).summary


def test_what_keeps_a_training_from_starting(tmp_path):
    only = {split: [row for row in building.TEXTS if row[1] == split] for split in ("train", "dev")}
    for split, missing in (("train", "no dev"), ("dev", "no training")):
        with building.create_project(tmp_path / f"{split}.spandesk") as project:
            rows = [(split, building.Sentence(name, text, gold)) for name, _, text, gold in only[split]]
            building.add_sentences(project, rows)
            found = found_in(project)
        assert missing in found.hindrance
        assert found.wants_corpus
    with building.create_project(tmp_path / "bare.spandesk") as project:
        rows = [(split, building.Sentence(split, "말이 없다.", ())) for split in ("train", "dev")]
        building.add_sentences(project, rows)
        assert "no span" in found_in(project).hindrance


def test_a_dev_split_without_an_entity_is_warned_of(tmp_path):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        for name in ("news-3", "news-4", "talk-1", "talk-2"):
            project.corrections.correct(numbered(project, name), [])
        assert found_in(project).warnings == (
            "The dev sentences contain no entity, so their precision, recall and F1 mean nothing.",
        )

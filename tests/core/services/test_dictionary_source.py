"""A dictionary tags as a source, by the names that labels have today."""

import pytest

from core.dictionary.entries import DictionaryEntry
from core.domain.errors import UserError
from core.domain.events import Reading
from core.domain.generators import run_to_end
from core.services.dictionary_source import add_dictionary, add_dictionary_from_gold, read_entries, store_entries
from core.services.tag_source import tag_source
from core.store.predictions import EpochKey
from tests.building import predicted, project_with_run, project_with_sentences


def test_entries_follow_a_rename_and_a_new_list_is_another_version(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text("한국은행\tOG\n부산\tLC\n부산\tPS\n", encoding="utf-8")
    with project_with_run(tmp_path / "p.spandesk") as project:
        added = add_dictionary(project, path)
        assert (added.number, added.name, added.entries, added.rejected) == (2, "names", 3, ())
        assert list(added.notices()) == ["1 entry has several labels, of which none is chosen: 부산."]
        number = project.sentences.by_id("news-4").number
        tagged = run_to_end(tag_source(project, 2, "dev"))
        assert [(each.where, each.reason) for each in tagged.faults] == [
            ("names", "1 place has several labels in the dictionary, and none was chosen: 부산")
        ]
        assert project.predictions.of(tagged.key, [number])[number] == predicted((0, 4, "OG", 1.0))
        run_to_end(project.labels.rename("OG", "ORG"))
        assert [entry.label for entry in read_entries(project, 2)] == ["ORG", "LC", "PS"]
        assert run_to_end(tag_source(project, 2, "dev")).sentences == 0, "a rename changes no entry"
        store_entries(project, 2, [*read_entries(project, 2)[:2], DictionaryEntry("회의", "EV")])
        again = run_to_end(tag_source(project, 2, "dev"))
        assert (again.key, again.replaced) == (EpochKey(2, 2), 4)
        found = project.predictions.of(again.key, [number])[number]
        assert found == predicted((0, 4, "ORG", 1.0), (6, 8, "LC", 1.0), (11, 13, "EV", 1.0))
        assert project.problems() == []


def test_a_first_dictionary_whose_entries_cannot_be_stored_is_no_source(tmp_path, monkeypatch):
    def fail(*_):
        raise UserError("the disk is full")

    (tmp_path / "names.tsv").write_text("부산\tLC\n", encoding="utf-8")
    with project_with_run(tmp_path / "p.spandesk") as project:
        monkeypatch.setattr(project.sources, "change_origin", fail)
        with pytest.raises(UserError, match="the disk is full"):
            add_dictionary(project, tmp_path / "names.tsv")
        assert project.sources.find("dictionary", "names") is None


def test_a_dictionary_is_made_of_what_the_training_gold_labels_always_alike(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        with pytest.raises(UserError, match="labelled at least 3 times and always alike"):
            run_to_end(add_dictionary_from_gold(project, min_count=3))
        assert project.sources.list_all() == []
        events = []
        made = run_to_end(add_dictionary_from_gold(project, min_count=1), events.append)
        total = 2 * project.sentences.count("train")
        assert events[-1] == Reading(total, total)
        assert (made.name, made.ambiguous) == ("strings of the gold", ())
        strings = {entry.text for entry in read_entries(project, made.number)}
        gold = {each.text[span.start : span.end] for each in project.sentences.each("train") for span in each.gold}
        assert strings
        assert strings <= gold, "nothing is of dev"
        tagged = run_to_end(tag_source(project, made.number, "train"))
        for each in project.sentences.each("train"):
            found = project.predictions.of(tagged.key, [each.number])[each.number]
            assert {prediction.span for prediction in found} <= {*each.gold}
        again = run_to_end(add_dictionary_from_gold(project, min_count=1))
        assert again.number == made.number

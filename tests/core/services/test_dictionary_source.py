"""A dictionary tags as a source, by the names that labels have today."""

from core.dictionary.entries import DictionaryEntry
from core.domain.generators import run_to_end
from core.services.dictionary_source import add_dictionary, read_entries, store_entries
from core.services.tag_source import tag_source
from core.store.predictions import EpochKey
from tests.building import predicted, project_with_run


def test_entries_follow_a_rename_and_a_new_list_is_another_version(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text("한국은행\tOG\n부산\tLC\n부산\tPS\n", encoding="utf-8")
    with project_with_run(tmp_path / "p.spandesk") as project:
        added = add_dictionary(project, path)
        assert (added.number, added.name, added.entries, added.rejected) == (2, "names", 3, ())
        number = project.sentences.by_id("news-4").number
        tagged = run_to_end(tag_source(project, 2, "dev"))
        # 부산 has two labels, of which none is chosen.
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

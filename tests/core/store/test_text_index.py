"""Sentences are found by their texts, whichever thread learned them."""

from core.store.text_index import TextIndex
from tests.building import project_with_sentences


def test_two_threads_that_learn_the_same_texts_learn_them_once(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        index = TextIndex(project.database)
        first = index.learn()
        rows = project.database.rows

        class Interrupted:
            """A database whose first answer comes after another thread has learned all."""

            def rows(self, sql, parameters=()):
                index._database = project.database
                for _ in index.learn():
                    pass
                return rows(sql, parameters)

        index._database = Interrupted()
        for _ in first:
            pass
        index._database = project.database
        for stored in project.sentences.each("dev"):
            assert stored.number in index.find(stored.text)
        assert len(index._keys) == len(index._numbers) == len({*index._numbers})

"""Corrections as a patch: the original file with the gold of today, and every other byte as it was."""

import json
import zipfile

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.formats.records import WriteOptions
from core.formats.source_files import ReadOptions
from core.services.gold_reading import Rules
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.patch_corpus import export_patch
from core.store.columns import spans_to_text
from core.store.project import create_project


class Desk:
    """A project with one imported file."""

    def __init__(self, folder, data, name="original", **plan):
        self.original = folder / name
        self.original.write_bytes(data if isinstance(data, bytes) else data.encode())
        self.copy = folder / "copy"
        self.project = create_project(folder / "p.spandesk")
        self.plan = {"new_labels": ("OLD", "NEW", "a b"), **plan}
        self.report = run_to_end(import_corpus(self.project, ImportPlan((self.original,), **self.plan)))

    def sentences(self):
        return list(self.project.sentences.each_anywhere())

    def correct(self, number, *spans):
        gold = spans_to_text(tuple(sorted(Span(*span) for span in spans)))
        sentence = self.sentences()[number]
        self.project.database.write("UPDATE sentence SET gold = ? WHERE number = ?", [gold, sentence.number])

    def patch(self, **options):
        return export_patch(self.project, self.copy, **options)

    def patched(self, **options):
        self.patch(**options)
        return self.copy.read_bytes().decode()

    def reread(self, folder):
        """The gold of the copy, imported as the original was."""
        with create_project(folder / "again.spandesk") as again:
            run_to_end(import_corpus(again, ImportPlan((self.copy,), **self.plan)))
            return [(sentence.text, sentence.gold) for sentence in again.sentences.each_anywhere()]

    def gold(self):
        return [(sentence.text, sentence.gold) for sentence in self.sentences()]


@pytest.fixture
def desk(tmp_path):
    made = []

    def make(data, **plan):
        made.append(Desk(tmp_path, data, **plan))
        return made[-1]

    yield make
    for each in made:
        each.project.close()


SWAP = (("PS", "LC"), ("LC", "PS"))


def lines(*records):
    return "".join(f"{record}\n" for record in records)


PRODIGY = (
    '{"text":"나리는 갔다","tokens":[{"text":"나리는","start":0,"end":3,"id":0},'
    '{"text":"갔다","start":4,"end":6,"id":1}],'
    '"spans":[{"start":0,"end":3,"token_start":0,"token_end":0,"label":"PS","text":"나리는"}],"answer":"accept"}'
)


def test_what_repeats_an_entity_follows_and_what_cannot_is_removed_and_named(desk, tmp_path):
    made = desk(lines(PRODIGY))
    made.correct(0, (0, 2, "PS"))
    report = made.patch()
    spans = json.loads(made.copy.read_text())["spans"]
    assert spans == [{"start": 0, "end": 2, "label": "PS", "text": "나리"}]
    assert report.corrected == 1
    assert report.notices == ("what repeats entities and could not follow them was removed: token_start, token_end",)
    assert made.reread(tmp_path) == made.gold()


def test_a_new_entity_has_the_shape_of_the_others(desk):
    made = desk(lines(PRODIGY))
    made.correct(0, (0, 3, "PS"), (4, 6, "EV"))
    spans = json.loads(made.patched())["spans"]
    assert spans[1] == {"start": 4, "end": 6, "token_start": 1, "token_end": 1, "label": "EV", "text": "갔다"}


@pytest.mark.parametrize(
    ("record", "gold", "expected"),
    [
        (
            '{"id" : 7,  "text":"\\uB098리는 갔다", "label": [ [0,2 ,"PS"] ] , "x": 1.50e1}',
            [(0, 3, "OG")],
            '{"id" : 7,  "text":"\\uB098리는 갔다", "label": [ [0,3 ,"OG"] ] , "x": 1.50e1}',
        ),
        (
            '{"text":"\\ub098\\ub9ac\\ub294","entities":[{"start_offset":0,"id":4,"end_offset":3,"label":"PS"}]}',
            [(0, 2, "PS"), (2, 3, "EV")],
            '{"text":"\\ub098\\ub9ac\\ub294","entities":[{"start_offset":0,"id":4,"end_offset":2,"label":"PS"},'
            '{"start_offset":2,"id":5,"end_offset":3,"label":"EV"}]}',
        ),
        (
            '{"text": "나리는 갔다", "label": [], "n": null}',
            [(0, 2, "PS")],
            '{"text": "나리는 갔다", "label": [[0, 2, "PS"]], "n": null}',
        ),
        ('{"text":"나리는 갔다","label":null}', [(0, 2, "PS")], '{"text":"나리는 갔다","label":[[0,2,"PS"]]}'),
        ('{"text": "나리는 갔다"}', [(0, 2, "PS")], '{"text": "나리는 갔다", "label": [[0, 2, "PS"]]}'),
        (
            '{"text": "나리는 갔다", "label": [[0, 2, "PS"], [4, 6, "EV"]]}',
            [(4, 6, "EV")],
            '{"text": "나리는 갔다", "label": [[4, 6, "EV"]]}',
        ),
        ('{"text": "나리는 갔다", "label": [[0, 2, "PS"]]}', [], '{"text": "나리는 갔다", "label": []}'),
        (
            '{"text": "나리는 갔다", "label": [["PS", 0, 2, 0.5]], "labels": [[0, 2, "PS", "나리"]]}',
            [(0, 3, "PS")],
            '{"text": "나리는 갔다", "label": [["PS", 0, 3]], "labels": [[0, 3, "PS", "나리는"]]}',
        ),
        (
            '{"text": "나리는 갔다", "entities": {"start": [0], "end": [2], "label": ["PS"]}}',
            [(0, 2, "PS"), (4, 6, "EV")],
            '{"text": "나리는 갔다", "entities": {"start": [0, 4], "end": [2, 6], "label": ["PS", "EV"]}}',
        ),
        (
            '{"text": "나리 갔다", "spans": [], "tokens": ["나리", "갔다"], "ner_tags": ["O","O"]}',
            [(0, 2, "PS")],
            '{"text": "나리 갔다", "spans": [{"start": 0, "end": 2, "label": "PS"}],'
            ' "tokens": ["나리", "갔다"], "ner_tags": ["B-PS","O"]}',
        ),
        (
            '{"tokens": ["나리", "부산", "갔다"], "ner_tags": ["B-PS","I-PS",  "O"]}',
            [(0, 2, "PS"), (6, 8, "EV")],
            '{"tokens": ["나리", "부산", "갔다"], "ner_tags": ["B-PS","O",  "B-EV"]}',
        ),
        (
            '{"text": "나리는 갔다", "tokens": ["나리는", "갔다"], "spans": [{"start": 0, "end": 3, "label": "PS"}],'
            ' "ner_tags": ["B-PS", "O"]}',
            [(0, 2, "PS")],
            '{"text": "나리는 갔다", "tokens": ["나리는", "갔다"], "spans": [{"start": 0, "end": 2, "label": "PS"}]}',
        ),
    ],
)
def test_a_record_changes_where_it_states_its_entities_alone(desk, tmp_path, record, gold, expected):
    made = desk(lines('{"text": "하나"}', record, '{"text":  "둘"}'))
    made.correct(1, *gold)
    assert made.patched() == lines('{"text": "하나"}', expected, '{"text":  "둘"}')
    assert made.reread(tmp_path) == made.gold()


KLUE = (
    "## 컬럼명 : CHAR\tNE_TAG\r\n## a\t<나리:PS>는\r\n나\tB-PS\t\r\n리\tI-PS\r\n는\tO\r\n\r\n"
    "## b\t가\r\n가\tO\r\n\r\n## c\t하\r\n하\tO"
)


def test_klue(desk, tmp_path):
    made = desk(KLUE, name="o.tsv")
    made.correct(0, (0, 3, "OG"))
    made.correct(1, (0, 1, "PS"))
    expected = KLUE.replace("<나리:PS>는", "<나리는:OG>").replace("B-PS\t", "B-OG\t").replace("I-PS", "I-OG")
    expected = expected.replace("는\tO", "는\tI-OG").replace("## b\t가\r\n가\tO", "## b\t<가:PS>\r\n가\tB-PS")
    assert made.patched() == expected
    assert made.reread(tmp_path) == made.gold()


def test_klue_with_plain_headers(desk, tmp_path):
    made = desk(KLUE.replace("<나리:PS>는", "나리는"), name="o.tsv")
    made.correct(1, (0, 1, "PS"))
    assert made.patched() == KLUE.replace("<나리:PS>는", "나리는").replace("가\r\n가\tO", "가\r\n가\tB-PS")


@pytest.mark.parametrize(
    ("data", "gold", "expected"),
    [
        (
            "나리\tN\tS-PS\n갔다\tV\tO\n\n서울\tN\tB-LC\n시\tN\tE-LC\n",
            [(3, 5, "EV")],
            "나리\tN\tO\n갔다\tV\tS-EV\n\n서울\tN\tB-LC\n시\tN\tE-LC\n",
        ),
        (
            "나리 U-PS\n갔다   O\n\n서울 B-LC\n시 L-LC\n",
            [(0, 5, "PS")],
            "나리 B-PS\n갔다   L-PS\n\n서울 B-LC\n시 L-LC\n",
        ),
        (
            "나리\tI-PS\n갔다\tO\n\n서울\tI-LC\n시\tB-LC\n",
            [(0, 2, "PS"), (3, 5, "PS")],
            "나리\tI-PS\n갔다\tB-PS\n\n서울\tI-LC\n시\tB-LC\n",
        ),
        (
            "-DOCSTART- O\r\n\r\n# sent_id = 1\r\n나리 B_PS\r\n갔다 O\r\n",
            [(0, 2, "OG")],
            "-DOCSTART- O\r\n\r\n# sent_id = 1\r\n나리 B_OG\r\n갔다 O\r\n",
        ),
    ],
)
def test_columns_keep_their_scheme(desk, tmp_path, data, gold, expected):
    made = desk(data, name="o.conll", format="columns")
    made.correct(0, *gold)
    assert made.patched() == expected
    assert made.reread(tmp_path) == made.gold()


def test_a_span_that_cuts_a_word_is_refused_by_name_or_widened(desk):
    made = desk("나리는\tB-PS\n갔다\tO\n", format="columns")
    made.correct(0, (0, 2, "PS"))
    with pytest.raises(UserError, match="cuts a word"):
        made.patch()
    assert not made.copy.exists()
    report = made.patch(options=WriteOptions(cut_words="widen"))
    assert made.copy.read_text() == made.original.read_text()
    assert "widened" in report.notices[0]


def test_naver(desk, tmp_path):
    made = desk("나리는 부산에  산다 .\tPER-B LOC-B O  O\n둘 셋\tO O\n", format="naver", new_labels=("PER", "LOC"))
    made.correct(0, (0, 7, "PER"))
    assert made.patched() == "나리는 부산에  산다 .\tPER-B PER-I O  O\n둘 셋\tO O\n"
    assert made.reread(tmp_path) == made.gold()


NIKL = """{"id":"x", "document": [
  { "metadata" : {"n": 1.0},
    "id": "d1", "sentence": [
      {"id": "s1", "form": "나리는 갔다", "word": [], "NE": [
        {"id": 1, "form": "나리는", "label": "PS_NAME", "begin": 0, "end": 3, "kid": "k"}]},
      {"id": "s2", "form": "", "NE": []},
      {"id": "s3", "form": "서울", "NE": [], "ne": null}
    ]} ] }
"""


def test_nikl(desk, tmp_path):
    made = desk(NIKL)
    made.correct(0, (0, 2, "PS"))
    made.correct(1, (0, 2, "LC"))
    new = '"form": "서울", "NE": [{"id": 0, "form": "서울", "label": "LC", "begin": 0, "end": 2}]'
    expected = NIKL.replace('"나리는", "label"', '"나리", "label"').replace('"end": 3', '"end": 2')
    assert made.patched() == expected.replace('"form": "서울", "NE": []', new.replace('"id": 0', '"id": 1'))
    assert made.reread(tmp_path) == made.gold()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_encodings_stay(desk, encoding):
    made = desk(lines('{"text": "나리는", "label": [[0, 2, "PS"]]}').replace("\n", "\r\n").encode(encoding))
    made.patch()
    assert made.copy.read_bytes() == made.original.read_bytes()
    made.correct(0, (0, 3, "OG"))
    made.patch()
    assert made.copy.read_bytes() == made.original.read_bytes().decode(encoding).replace('2, "PS"', '3, "OG"').encode(
        encoding
    )


def test_bytes_that_are_no_text_stay(desk):
    made = desk(lines('{"text": "나리는", "label": []}').encode() + b'{"text": "\xff", "label": []}\n')
    made.correct(0, (0, 2, "PS"))
    made.patch()
    assert made.copy.read_bytes() == made.original.read_bytes().replace(b"[]", b'[[0, 2, "PS"]]', 1)


def test_labels_of_the_file_stay_where_they_were_mapped_or_folded(desk):
    data = lines(
        '{"text": "나리 부산", "label": [[0, 2, "PS_NAME"], [3, 5, "LOC"]]}', '{"text": "둘", "label": [[0, 1, "LOC"]]}'
    )
    made = desk(data, rules=Rules(label_map=(("LOC", "LC"),)))
    made.correct(0, (0, 2, "PS"), (2, 3, "EV"), (3, 5, "LC"))
    assert made.patched() == data.replace('"PS_NAME"], ', '"PS_NAME"], [2, 3, "EV"], ')


def test_offsets_are_counted_as_the_file_counts_them(desk, tmp_path):
    data = lines('{"text": "😀나리 부산", "label": [[2, 4, "PS"]]}')
    made = desk(data, rules=Rules(offsets="utf-16"))
    made.correct(0, (1, 3, "PS"), (4, 6, "LC"))
    assert made.patched() == data.replace('"PS"]', '"PS"], [5, 7, "LC"]')
    assert made.reread(tmp_path) == made.gold()


def test_several_records_of_one_sentence_stay_and_are_named(desk):
    data = lines(
        '{"id": 1, "text": "나리", "label": [[0, 2, "PS"]], "annotator": "a"}',
        '{"id": 1, "text": "나리", "label": [[0, 2, "OG"]], "annotator": "b"}',
        '{"id": 2, "text": "둘", "label": [], "annotator": "b"}',
    )
    made = desk(data)
    made.correct(0)
    made.correct(1, (0, 1, "QT"))
    report = made.patch()
    assert made.copy.read_text() == data.replace("[]", '[[0, 1, "QT"]]')
    assert report.notices == ("1 corrected sentence is as in the original: 1: several records of the file state it",)


def test_relations_are_not_left_without_their_entities(desk):
    data = lines(
        '{"text": "나리", "entities": [{"id": 1, "start_offset": 0, "end_offset": 2, "label": "PS"}],'
        ' "relations": [{"from_id": 1}]}'
    )
    made = desk(data)
    made.correct(0)
    report = made.patch()
    assert made.copy.read_text() == data
    assert "relations" in report.notices[0]


def test_the_original_is_known_by_its_digest(desk, tmp_path):
    made = desk(lines('{"text": "나리", "label": []}'))
    made.correct(0, (0, 2, "PS"))
    moved = made.original.rename(tmp_path / "moved")
    with pytest.raises(UserError, match="is not where it was imported from"):
        made.patch()
    assert made.patch(original=moved).corrected == 1
    made.original.write_text(lines('{"text": "다른", "label": []}'))
    with pytest.raises(UserError, match="has changed since it was imported on"):
        made.patch(original=made.original)
    with pytest.raises(UserError, match="is the original, which stays"):
        export_patch(made.project, moved, moved)


def test_an_archive_is_to_be_unpacked(desk, tmp_path):
    made = desk(lines('{"text": "나리", "label": []}'))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(made.original)
    for path in (tmp_path / "a.zip", tmp_path / "a.zip" / made.original.name):
        with pytest.raises(UserError, match="is an archive or in one; unpack it"):
            made.patch(original=path)


def test_an_imported_archive_has_not_changed(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jsonl", lines('{"text": "나리", "label": []}'))
    with create_project(tmp_path / "p.spandesk") as project:
        run_to_end(import_corpus(project, ImportPlan((tmp_path / "a.zip",))))
        with pytest.raises(UserError, match=r"a\.zip was imported from an archive"):
            export_patch(project, tmp_path / "copy")


def test_labels_that_were_swapped_are_swapped_back(desk, tmp_path):
    made = desk(lines('{"text": "나리는 갔다", "label": [[0, 3, "LC"]]}'), rules=Rules(label_map=SWAP))
    made.correct(0, (0, 3, "LC"), (4, 6, "PS"))
    assert '[[0, 3, "PS"], [4, 6, "LC"]]' in made.patched()
    assert made.reread(tmp_path) == made.gold()


def test_a_file_that_came_in_again_after_it_was_dropped_has_the_gold_of_today(desk, tmp_path):
    data = lines('{"id": 1, "text": "나리는 갔다", "label": []}')
    made = desk(data)
    made.correct(0, (0, 3, "PS"))
    run_to_end(made.project.moves.move_in_slices([1], "deleted"))
    run_to_end(import_corpus(made.project, ImportPlan((made.original,))))
    assert made.patched() == data
    made.correct(1, (0, 3, "LC"))
    assert '[0, 3, "LC"]' in made.patched()
    assert made.patch().notices == ()


def test_what_overlapped_and_was_left_out_stays_only_where_it_would_be_again(desk, tmp_path):
    data = lines('{"text": "나리는 갔다", "label": [[0, 3, "PS"], [0, 2, "LC"], [4, 6, "EV"]]}')
    made = desk(data, rules=Rules(overlaps="outermost"))
    made.correct(0, (0, 3, "PS"))
    assert made.patched() == data.replace(', [4, 6, "EV"]', "")
    made.correct(0, (4, 6, "EV"))
    assert made.patched() == data.replace('[0, 3, "PS"], [0, 2, "LC"], ', "")
    assert made.reread(tmp_path) == made.gold()


def test_a_probability_of_what_was_corrected_is_removed_and_details_of_entities_follow(desk):
    data = lines(
        '{"text": "나리는 갔다", "spans": [[0,3,"PS",0.9], [4,6,"EV",0.5]],'
        ' "span_extras": [{"start": 0, "end": 3, "kid": 1}, {"start": 4, "end": 6, "kid": 2}]}'
    )
    made = desk(data)
    made.correct(0, (0, 2, "PS"))
    assert made.patched() == lines(
        '{"text": "나리는 갔다", "spans": [[0,2,"PS"]], "span_extras": [{"start": 0, "end": 2, "kid": 1}]}'
    )


def test_the_marked_up_sentence_of_the_hub_follows_its_tags(desk, tmp_path):
    made = desk(lines('{"sentence": "<나리:PS>는", "tokens": ["나", "리", "는"], "ner_tags": ["B-PS", "I-PS", "O"]}'))
    made.correct(0, (0, 3, "OG"))
    assert made.patched() == lines(
        '{"sentence": "<나리는:OG>", "tokens": ["나", "리", "는"], "ner_tags": ["B-OG", "I-OG", "I-OG"]}'
    )
    assert made.reread(tmp_path) == made.gold()


def test_numbers_of_tags_follow_by_their_names(desk, tmp_path):
    data = lines('{"tokens": ["나리", "부산", "갔다"], "ner_tags": [1, 0, 0]}')
    made = desk(data, options=ReadOptions(tag_names=("O", "B-PS", "I-PS", "B-LC")))
    made.correct(0, (0, 5, "PS"), (6, 8, "LC"))
    assert made.patched() == data.replace("[1, 0, 0]", "[1, 2, 3]")
    assert made.reread(tmp_path) == made.gold()
    made.correct(0, (0, 2, "EV"))
    assert "has no name" in made.patch().notices[0]
    assert made.copy.read_text() == data


def test_a_file_of_an_older_version_is_matched_by_id_and_text(desk, tmp_path):
    made = desk(lines('{"id": "a", "text": "나리", "label": []}', '{"id": "b", "text": "둘", "label": []}'))
    made.project.database.write("UPDATE sentence SET import = NULL, place = NULL")
    made.project.database.write("UPDATE import SET path = NULL, digest = NULL, options = NULL")
    made.correct(0, (0, 2, "PS"))
    with pytest.raises(UserError, match="name the original after --patch"):
        made.patch()
    report = made.patch(original=made.original)
    assert made.copy.read_text() == made.original.read_text().replace("[]", '[[0, 2, "PS"]]', 1)
    assert "2 sentences were found by id and text" in report.notices[0]
    other = tmp_path / "other.jsonl"
    other.write_text(lines('{"id": "a", "text": "셋", "label": []}'))
    with pytest.raises(UserError, match="is not one that was imported"):
        made.patch(original=other)


def test_sentences_put_away_are_said_to_be_in_the_file(desk):
    made = desk(lines('{"text": "나리", "label": []}', '{"text": "둘", "label": []}'))
    made.project.database.write("UPDATE sentence SET split = 'aside' WHERE number = 1")
    report = made.patch()
    assert made.copy.read_bytes() == made.original.read_bytes()
    assert report.notices == ("1 sentence that is set aside or deleted in the project is in the file all the same",)


def test_a_renamed_label_is_written_by_its_new_name(desk):
    data = lines('{"text": "나리", "label": [[0, 2, "OLD"]]}', '{"text": "둘", "label": []}')
    made = desk(data)
    made.correct(0, (0, 2, "NEW"))
    assert made.patched() == data.replace("OLD", "NEW")


def test_klue_itself_is_the_same_byte_for_byte(klue_file, tmp_path):
    made = Desk(tmp_path, klue_file.read_bytes(), name="klue.tsv")
    with made.project:
        assert made.patch().corrected == 0
        assert made.copy.read_bytes() == klue_file.read_bytes()

"""What the classes of a model from elsewhere say, in all the ways in which models name them."""

import json

import pytest

from core.domain.errors import UserError
from core.domain.labels import TTA_LABELS, propose_label
from core.model.class_names import parse_class_names, read_class_names, read_classes


def said(*names):
    classes = read_classes(names, "theirs")
    return [tag.part if tag.part == "O" else f"{tag.part} {tag.label}" for tag in classes.tags], classes.is_bare


@pytest.mark.parametrize(
    ("names", "tags"),
    [
        (("O", "B-PER", "I-PER"), ["O", "B PER", "I PER"]),
        (("O", "PER-B", "PER-I"), ["O", "B PER", "I PER"]),
        (("[PAD]", "UNK", "O", "B_PER", "I_PER"), ["O", "O", "O", "B PER", "I PER"]),
        (("B-O", "I-O", "B-PS", "I-PS"), ["O", "O", "B PS", "I PS"]),
        (("0", "B-PS", "I-PS", "E-PS", "S-PS"), ["O", "B PS", "I PS", "E PS", "S PS"]),
        (("-", "U-PS", "B-PS", "M-PS", "L-PS"), ["O", "S PS", "B PS", "I PS", "E PS"]),
        (("O", "B", "I"), ["O", "B ENTITY", "I ENTITY"]),
    ],
)
def test_parts_stand_before_or_after_labels(names, tags):
    assert said(*names) == (tags, False)


@pytest.mark.parametrize(
    ("names", "tags"),
    [
        (("o", "PER", "LOC"), ["O", "I PER", "I LOC"]),
        (("O", "E-mail", "PER"), ["O", "I E-mail", "I PER"]),
        (("O", "I-PER", "I-LOC"), ["O", "I PER", "I LOC"]),
        (("O", "B-PER", "B-LOC"), ["O", "I PER", "I LOC"]),
    ],
)
def test_bare_labels_join_what_touches(names, tags):
    assert said(*names) == (tags, True)


def test_classes_without_names_are_asked_for():
    with pytest.raises(UserError, match=r"what its classes \(LABEL_0, LABEL_1, LABEL_2, …\) are; give their names"):
        said(*(f"LABEL_{number}" for number in range(7)))
    with pytest.raises(UserError, match=r"no class of an entity \(O, B-O\)"):
        said("O", "B-O")


@pytest.mark.parametrize("text", ["O, B-PS, I-PS", "1=B-PS,0=O,2=I-PS", '"O",B-PS,I-PS,'])
def test_a_person_names_them_in_order_or_by_number(text):
    assert parse_class_names(text, 3) == ("O", "B-PS", "I-PS")


def test_a_known_list_is_taken_by_its_name_and_too_few_names_are_refused():
    assert parse_class_names("klue", 13)[:2] == ("B-DT", "I-DT")
    for text in ("O,B-PS", "0=O,1=B-PS,3=I-PS", "klue"):
        with pytest.raises(UserError, match=r"the model has 3 classes, and (2|3|13) are named; name each"):
            parse_class_names(text, 3)


def test_names_are_read_in_the_order_of_the_scores(tmp_path):
    names = {str(number): f"B-{number}" for number in (10, 9, 2, 1, 0)}
    (tmp_path / "config.json").write_text(json.dumps({"id2label": names}), encoding="utf-8")
    assert read_class_names(tmp_path) == ("B-0", "B-1", "B-2", "B-9", "B-10")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert read_class_names(tmp_path) == ("LABEL_0", "LABEL_1")
    for text in ("[]", "{", '{"id2label": {"a": "b"}}', '{"id2label": [1]}'):
        (tmp_path / "config.json").write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match="not the folder of a model"):
            read_class_names(tmp_path)


def test_labels_of_other_corpora_have_a_proposal():
    theirs = ("PER", "org", "LOC", "DAT", "CVL", "PS", "PS_NAME", "AFW", "MISC")
    assert [propose_label(each, TTA_LABELS) for each in theirs] == [
        *("PS", "OG", "LC", "DT", "CV", "PS", "PS", "AF", None),
    ]
    assert propose_label("PS", ("PER", "LOC")) == "PER"
    assert propose_label("PER", ("LC",)) is None

"""A model from elsewhere becomes a source; what it said is known by its weights and the mapping of its labels."""

import json
import shutil
import unicodedata
from dataclasses import replace
from functools import partial

import pytest
from huggingface_hub import snapshot_download

from core.cli import commands
from core.domain.errors import UserError
from core.domain.events import Predicting
from core.domain.generators import run_to_end
from core.domain.spans import ScoredText
from core.model import foreign_model
from core.model.checkpoint import save
from core.model.encoders.loading import UnreadableError
from core.services import tag_source as module
from core.services.evaluate import evaluate_epoch
from core.services.export_model import export_model
from core.services.model_source import ModelLabel, ModelPlan, ModelTagger, add_model, preview_model
from core.services.next_batch import make_batch
from core.services.tag_source import tag_source
from core.store.predictions import EpochKey
from tests.building import predicted, project_with_run, project_with_sentences
from tests.core.foreign_models import save_model
from tests.core.toy_models import text_tagger_of

MAP = (("LOC", "LC"), ("PER", "PS"))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("models") / "their ner")


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "their ner")


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


def refusal(project, plan):
    with pytest.raises(UserError) as error:
        run_to_end(add_model(project, plan))
    return str(error.value)


def stored(project, key, section="dev"):
    return project.predictions.of(key, [each.number for each in project.sentences.each(section)])


def test_its_labels_are_mapped_once_and_it_tags_any_section(project, folder, monkeypatch):
    preview = preview_model(project, str(folder))
    assert preview.labels == (
        ModelLabel("PER", ("PER-B", "PER-I"), "PS"),
        ModelLabel("LOC", ("LOC-B", "LOC-I"), "LC"),
    )
    assert (preview.outside, preview.is_bare) == (("O",), False)
    events = []
    added = run_to_end(add_model(project, ModelPlan(str(folder), label_map=MAP)), events.append)
    assert events == [None, None], "it may be stopped, and says nothing of the corpus"
    assert (added.name, added.label_map, added.left_out, added.notices) == ("their ner", MAP, (), ())
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    work = tag_source(project, added.number, "dev", device="cpu")
    assert [next(work) for _ in range(3)] == [Predicting(number, 4) for number in (1, 2, 3)]
    work.close()
    rest = run_to_end(tag_source(project, added.number, "dev", device="cpu"))
    assert (rest.key, rest.sentences) == (EpochKey(added.number, 1), 2)
    found = [each for spans in stored(project, rest.key).values() for each in spans]
    assert {each.span.label for each in found} == {"PS", "LC"}
    assert all(0 < each.probability <= 1 for each in found)
    assert run_to_end(evaluate_epoch(project, added.number, None, "dev", "corrected")).sentences == 4
    assert project.problems() == []


def test_other_weights_or_another_mapping_are_another_version(project, folder):
    number = run_to_end(add_model(project, ModelPlan(str(folder), "ner", MAP))).number
    first = run_to_end(tag_source(project, number, "dev", device="cpu")).key
    (folder / "README.md").write_text("said about it")
    assert run_to_end(tag_source(project, number, "dev", device="cpu")).sentences == 0
    save_model(folder, seed=2)
    again = run_to_end(tag_source(project, number, "dev", device="cpu"))
    assert (again.key, again.sentences, again.replaced) == (EpochKey(number, 2), 4, 4)
    assert stored(project, again.key) != stored(project, first)
    assert "is source 1 already" in refusal(project, ModelPlan(str(folder), "ner", MAP))
    run_to_end(project.labels.rename("PS", "사람"))
    assert run_to_end(tag_source(project, number, "dev", device="cpu")).sentences == 0
    assert refusal(project, ModelPlan(str(folder), "ner", (("LOC", "LC"), ("PER", "사람")))).endswith("already")
    only = run_to_end(add_model(project, ModelPlan(str(folder), "ner", (("PER", "사람"), ("LOC", "O")))))
    assert (only.number, only.left_out, only.notices) == (number, ("LOC",), ())
    third = run_to_end(tag_source(project, number, "dev", device="cpu"))
    assert third.key == EpochKey(number, 3)
    assert {each.span.label for spans in stored(project, third.key).values() for each in spans} == {"사람"}
    assert project.problems() == []


def test_what_is_wrong_is_said_before_anything_is_stored(project, folder, tmp_path):
    reason = refusal(project, ModelPlan(str(folder)))
    assert reason.startswith("none of the model's labels (PER, LOC) is in the tag set (PS, LC, OG, AF")
    assert reason.endswith("); map them, such as PER=PS")
    assert "has no config.json" in refusal(project, ModelPlan(str(tmp_path)))
    assert "the model has no label ORG" in refusal(project, ModelPlan(str(folder), label_map=(*MAP, ("ORG", "OG"))))
    assert "XX, which labels are mapped to" in refusal(project, ModelPlan(str(folder), label_map=(("PER", "XX"),)))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "are pickled" in refusal(project, ModelPlan(str(folder), label_map=MAP))
    assert "has no config.json" in refusal(project, ModelPlan(str(tmp_path / "none"), label_map=MAP))
    assert project.sources.list_all() == []


def test_what_is_left_out_is_said_and_a_model_that_is_gone_is_named(project, tmp_path):
    folder = save_model(tmp_path / "m", names=("B-O", "I-O", "PS", "MISC"))
    added = run_to_end(add_model(project, ModelPlan(str(folder))))
    assert (added.label_map, added.left_out) == ((("PS", "PS"),), ("MISC",))
    assert added.notices == (
        "The tag set has no MISC: these spans are left out, unless mapped.",
        "Classes outside of entities: B-O, I-O.",
        "No class says where an entity begins: neighbours with the same label count as one entity.",
    )
    shutil.rmtree(folder)
    with pytest.raises(UserError, match=r"the model .* is no longer in .*; add it again"):
        run_to_end(tag_source(project, added.number, "dev"))
    project.sources.change_origin(added.number, {})
    with pytest.raises(UserError, match="where its spans come from cannot be read"):
        run_to_end(tag_source(project, added.number, "dev"))


def test_words_are_tagged_whole_and_their_particles_can_be_cut(project, tmp_path, monkeypatch):
    folder = save_model(tmp_path / "m", "metaspace")
    plan = ModelPlan(str(folder), label_map=MAP, whole_words=True)
    added = run_to_end(add_model(project, plan))
    assert added.notices == ("Spans are of whole words, with their particles, unless these are cut.",)
    assert run_to_end(add_model(project, replace(plan, cut_particles=True))).notices == ()
    tagger = ModelTagger(project, added.number)
    decomposed = unicodedata.normalize("NFD", "이순신은")
    texts = ["한국은행이 부산에서 회의를 열었다.", "제주도", f"{decomposed} 갔다"]
    whole = [predicted((0, 5, "PER", 0.5), (6, 10, "LOC", 0.6)), predicted((0, 3, "LOC", 0.9))]
    whole.append(predicted((0, len(decomposed), "PER", 1.0)))
    tagger._tag = lambda texts: iter([[ScoredText(number, spans, 0.5) for number, spans in enumerate(whole)]])
    assert [spans for _, spans, _ in tagger.tag(texts)] == [
        predicted((0, 5, "PS", 0.5), (6, 8, "LC", 0.6)),
        predicted((0, 3, "LC", 0.9)),
        predicted((0, len(decomposed) - 3, "PS", 1.0)),
    ]


def test_a_model_of_the_hub_is_taken_from_the_cache_without_a_network(project, folder, tmp_path, monkeypatch):
    snapshot = tmp_path / "hub" / "models--some--ner" / "snapshots" / "0123"
    snapshot.parent.mkdir(parents=True)
    shutil.move(folder, snapshot)
    (tmp_path / "hub" / "models--some--ner" / "refs").mkdir()
    (tmp_path / "hub" / "models--some--ner" / "refs" / "main").write_text("0123")
    monkeypatch.setattr(foreign_model, "reach_hub", lambda: pytest.fail("asked the network"))
    monkeypatch.setattr(foreign_model, "snapshot_download", partial(snapshot_download, cache_dir=tmp_path / "hub"))
    added = run_to_end(add_model(project, ModelPlan("some/ner", label_map=MAP)))
    assert (added.name, preview_model(project, "some/ner").folder) == ("ner", snapshot)
    monkeypatch.setattr(foreign_model, "reach_hub", fail_to_reach)
    assert "the model other/ner is neither a folder nor in the Hugging Face cache" in refusal(
        project, ModelPlan("other/ner")
    )


def fail_to_reach():
    raise UnreadableError("the hub does not answer")


def test_what_it_is_least_certain_of_is_labelled_next(project, folder):
    pooled = [project.sentences.by_id(name).number for name in ("news-3", "news-4", "talk-1")]
    run_to_end(project.moves.move_in_slices(pooled, "pool", ""))
    number = run_to_end(add_model(project, ModelPlan(str(folder), label_map=MAP))).number
    key = run_to_end(tag_source(project, number, "pool", device="cpu")).key
    run_to_end(tag_source(project, number, "dev", device="cpu"))
    batch = run_to_end(make_batch(project, 2, "uncertain")).batch
    assert batch.key == key
    assert all(entry.value > 0 for entry in batch.entries)
    assert {entry.sentence for entry in batch.entries} <= {*pooled}
    assert project.signals.of(key, [each.number for each in project.sentences.each("dev")]) == {}


def test_an_exported_model_says_what_its_run_said(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        save(text_tagger_of(unit="morpheme"), project.checkpoint_folder(1, 2))
        run_to_end(project.labels.rename("PS", "사람"))
        run_to_end(export_model(project, tmp_path / "out"))
        added = run_to_end(add_model(project, ModelPlan(str(tmp_path / "out"))))
        assert added.label_map == (("LC", "LC"), ("OG", "OG"), ("사람", "사람"))
        home = run_to_end(tag_source(project, 1, "train", device="cpu")).key
        away = run_to_end(tag_source(project, added.number, "train", device="cpu")).key
        wanted, found = (stored(project, key, "train") for key in (home, away))
        assert sum(map(len, wanted.values())) > 3
        for number, spans in wanted.items():
            assert [each.span for each in found[number]] == [each.span for each in spans]
            shares = [each.probability for each in spans]
            assert [each.probability for each in found[number]] == pytest.approx(shares, abs=1e-5)


def test_classes_without_names_are_named_by_a_person(project, tmp_path, capsys):
    folder = save_model(tmp_path / "numbered", names=tuple(f"LABEL_{number}" for number in range(5)))
    reason = refusal(project, ModelPlan(str(folder), label_map=MAP))
    assert "does not say what its classes (LABEL_0, LABEL_1, LABEL_2, …) are; give their names in this order" in reason
    assert "the model has 5 classes, and 2 are named" in refusal(project, ModelPlan(str(folder), class_names="O,B-PS"))
    assert project.sources.list_all() == []
    (tmp_path / "names.txt").write_text("O\nB-PS\nI-PS\nB-LC\nI-LC\n")
    project.close()
    path = str(project.folder)
    for names, version in (("O,B-PS,I-PS,B-OG,I-OG", 1), (str(tmp_path / "names.txt"), 2)):
        assert commands.run(["add-source", path, str(folder), "--class-names", names, "--json"]) == 0
        assert commands.run(["suggest", path, "--source", "1", "--split", "dev", "--device", "cpu", "--json"]) == 0
        added, tagged = map(json.loads, capsys.readouterr().out.splitlines())
        assert {*added["labels"]} == ({"OG", "PS"} if version == 1 else {"LC", "PS"})
        assert (tagged["epoch"], tagged["tagged"]) == (version, 4)


def test_the_commands_add_it_and_have_it_tag(folder, tmp_path, capsys):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        path = str(project.folder)
    assert commands.run(["add-source", path, str(folder), "--map", "PER=PS", "--map", "LOC=LC", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        **{"source": 1, "kind": "model", "name": "their ner", "labels": {"LOC": "LC", "PER": "PS"}},
        **{"left_out": [], "notices": []},
    }
    assert commands.run(["suggest", path, "--source", "1", "--split", "dev", "--device", "cpu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tagged"] == 4

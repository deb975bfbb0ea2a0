"""A run's model in a folder of its own: complete with a card, or not there at all."""

import errno
import json
from dataclasses import replace

import pytest

from core.cli import commands
from core.domain.errors import UserError
from core.domain.events import ExportingModel
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.model import exported_model
from core.model.checkpoint import save
from core.services.export_model import export_model
from core.services.model_card import CardFacts, write_card
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import project_with_run
from tests.core.toy_models import text_tagger_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project whose run has the weights of an untrained tagger, for syllables in its last epoch."""
    folder = tmp_path_factory.mktemp("projects") / "q.spandesk"
    with project_with_run(folder) as store:
        for epoch, unit in ((1, "subword"), (2, "syllable")):
            save(text_tagger_of(unit=unit), store.checkpoint_folder(1, epoch))
    return folder


@pytest.fixture
def project(folder):
    with open_project(folder) as project:
        yield project


def config_of(folder):
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))


def test_the_folder_has_all_that_is_needed(project, tmp_path):
    events = []
    target = tmp_path / "모델 v1.0"
    made = run_to_end(export_model(project, target), events.append)
    assert events == [ExportingModel(1, 3), ExportingModel(2, 3), ExportingModel(3, 3)]
    assert (made.folder, made.key) == (target, EpochKey(1, 2))
    files = {path.name: path.stat() for path in target.iterdir()}
    code = next(name for name in files if name.startswith("span_tagger_"))
    assert {*files} == {
        *("README.md", "config.json", "model.safetensors", "predict.py", "tokenizer.json", "tokenizer_config.json"),
        code,
    }
    assert made.size == sum(stat.st_size for stat in files.values())
    assert len({stat.st_mode for stat in files.values()}) == 1
    config = config_of(target)
    assert config["id2label"] == {
        str(number): name for number, name in enumerate(("O", "B-PS", "I-PS", "B-LC", "I-LC", "B-OG", "I-OG"))
    }
    assert config["auto_map"]["AutoConfig"] == f"{code.removesuffix('.py')}.SpanTaggerConfig"
    assert str(tmp_path) not in json.dumps(config)
    assert str(project.folder.parent) not in json.dumps(config)


def test_any_epoch_goes_to_an_empty_folder(project, tmp_path):
    made = run_to_end(export_model(project, tmp_path, 1, 1))
    assert made.key == EpochKey(1, 1)
    assert config_of(tmp_path)["unit"] == "subword"
    assert config_of(tmp_path)["analyser"] == ""
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "kiwipiepy" not in card


def test_the_card_says_what_the_model_is(project, tmp_path):
    run_to_end(export_model(project, tmp_path / "out"))
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: unknown\nlibrary_name: transformers\npipeline_tag: token-classification\n")
    assert "# q: run 1, epoch 2\n" in card
    assert 'pipeline("token-classification", model="out", trust_remote_code=True)' in card
    assert "2 training sentences and 4 dev sentences" in card
    assert "| PS | 1.000 | 1.000 | 1.000 | 2 |" in card
    assert "| `unit` | subword |" in card
    assert "torch, transformers>=4.57.6,<6, kiwipiepy" in card
    assert "kiwipiepy 0." in card
    assert "{" not in card.replace("{'", "")


@pytest.mark.parametrize(
    ("encoder", "name", "is_base"),
    [
        ("/home/min/private/koelectra", "koelectra", False),
        ("../koelectra", "koelectra", False),
        ("C:\\models\\koelectra", "koelectra", False),
        ("monologg/koelectra-small-v3-discriminator", "monologg/koelectra-small-v3-discriminator", True),
        ("tiny", "tiny", False),
        ("bert-base", "bert-base", False),
    ],
)
def test_the_card_names_the_encoder_without_its_folder(project, encoder, name, is_base):
    run = replace(project.runs.by_number(1), settings=TrainSettings(encoder=encoder))
    card = write_card(CardFacts("q", "out", run, 1, ["A|B"], None, 0, ""))
    assert f"| `encoder` | {name} |" in card
    assert (encoder in card) is (encoder == name)
    assert (f'base_model: "{name}"' in card) is is_base
    assert "None of the sentences that are in dev now were tagged by this epoch." in card


def test_labels_have_their_names_of_today(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        save(text_tagger_of(), project.checkpoint_folder(1, 2))
        run_to_end(project.labels.rename("PS", "사람"))
        run_to_end(project.labels.merge("OG", "LC"))
        run_to_end(export_model(project, tmp_path / "out"))
    names = config_of(tmp_path / "out")["id2label"]
    assert list(names.values()) == ["O", "B-사람", "I-사람", "B-LC", "I-LC", "B-LC", "I-LC"]
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "in text: 사람, LC." in card
    assert "| 사람 | 1.000" in card


def refusal(project, folder, *arguments):
    with pytest.raises(UserError) as error:
        run_to_end(export_model(project, folder, *arguments))
    return str(error.value)


def test_what_cannot_be_is_said_in_a_sentence(project, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("precious")
    assert "is not an empty folder" in refusal(project, tmp_path / "full")
    assert "is not an empty folder" in refusal(project, tmp_path / "full" / "thesis.txt")
    assert "in the folder of a project" in refusal(project, project.folder / "out")
    assert refusal(project, tmp_path / "out", 1, 9) == "run 1 has no epoch 9; it has 1–2"
    assert refusal(project, tmp_path / "out", 7) == "the project has no run 7"
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert (tmp_path / "full" / "thesis.txt").read_text() == "precious"


def test_weights_that_are_gone_or_damaged_are_named(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        assert "spandesk.json is missing" in refusal(project, tmp_path / "out")
        save(text_tagger_of(), project.checkpoint_folder(1, 2))
        weights = project.checkpoint_folder(1, 2) / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1])
        assert "model.safetensors has changed" in refusal(project, tmp_path / "out")
        project.runs.start(TrainSettings(folds=2))
        assert "is a cross-check, which keeps no weights" in refusal(project, tmp_path / "out", 2)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing(project, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exported_model, "save_file", fail)
    reason = refusal(project, tmp_path / "out")
    assert reason.startswith(f"the model cannot be written to {tmp_path / 'out'}: No space left on device; free some")
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_stopped_leaves_nothing(project, tmp_path):
    work = export_model(project, tmp_path / "out")
    next(work)
    next(work)
    assert [path.name.startswith(".out-") for path in tmp_path.iterdir()] == [True]
    work.close()
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_wrote(folder, tmp_path, capsys):
    assert commands.run(["export-model", str(folder), str(tmp_path / "out"), "--epoch", "best", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    size = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert document == {"folder": str(tmp_path / "out"), "run": 1, "epoch": 2, "bytes": size}
    assert commands.run(["export-model", str(folder), str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith("error: ")

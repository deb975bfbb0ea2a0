"""A model from elsewhere as a source: what its labels mean is asked once, and it tags on demand. No torch here."""

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.domain.errors import UserError
from core.domain.labels import propose_label
from core.domain.settings import Device
from core.domain.spans import PredictedSpan, ScoredText, TagTexts
from core.formats.records import Rejected, escape_name
from core.formats.source_files import digest_of, naming_read_errors
from core.languages.korean.particle_spans import cut_particles
from core.messages.catalogue import join_words, say
from core.model.class_names import parse_class_names, read_class_names, read_classes
from core.services import engine
from core.services.add_source import check_label_map
from core.store.project import Project

OUTSIDE = "O"
"""What a label of a model is mapped to whose spans are left out."""

Pairs = tuple[tuple[str, str], ...]

_MODEL_FILES = (
    *("config.json", "*.safetensors", "*.safetensors.index.json", "tokenizer*", "special_tokens_map.json"),
    *("added_tokens.json", "vocab*", "merges.txt", "*.model"),
)
_TRIAL = ("이순신은 한산도에서 싸웠다.",)


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """Which model to add as a source.

    Attributes:
        model: a folder, or a name on the hub that a person typed.
        name: of the source; a source of this name becomes this model. Empty: the last part of `model`.
        label_map: pairs of a label of the model and one of the project, or `OUTSIDE` to leave it out; a label that is
            in the tag set is mapped to itself.
        class_names: of its classes, where the model has none, as `parse_class_names` reads them.
        whole_words: whether the first piece of a word decides for all of it.
        cut_particles: whether spans end before the particles of their last word.
    """

    model: str
    name: str = ""
    label_map: Pairs = ()
    class_names: str = ""
    whole_words: bool = False
    cut_particles: bool = False

    @property
    def title(self) -> str:
        return self.name.strip() or escape_name(Path(self.model).name or self.model)


@dataclass(frozen=True, slots=True)
class ModelLabel:
    """A label of a model.

    Attributes:
        classes: the names of its classes.
        proposal: the label of the project that it probably means; None: there is none like it.
    """

    label: str
    classes: tuple[str, ...]
    proposal: str | None


@dataclass(frozen=True, slots=True)
class ModelPreview:
    """What a model's classes say, for a person to map its labels.

    Attributes:
        class_names: what a person called its classes; none where the model has names.
        outside: the names of the classes of pieces in no entity.
        is_bare: whether neighbours of one label cannot be told apart.
    """

    folder: Path
    class_names: tuple[str, ...]
    labels: tuple[ModelLabel, ...]
    outside: tuple[str, ...]
    is_bare: bool


@dataclass(frozen=True, slots=True)
class AddedModel:
    """The source that a model is now.

    Attributes:
        label_map: what each label is mapped to, by the names of today.
        left_out: its labels whose spans are left out.
        notices: what a person should know of it, a sentence each.
    """

    number: int
    name: str
    label_map: Pairs
    left_out: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _ModelOrigin:
    """What is stored of a model: where its files are, and how its classes are read; labels by the names of the
    source."""

    model: str
    folder: str
    class_names: tuple[str, ...]
    label_map: Pairs
    whole_words: bool
    cut_particles: bool


def preview_model(project: Project, model: str, class_names: str = "") -> ModelPreview:
    """What a model's classes say; of a name on the hub, its files are fetched if they have to be.

    Args:
        class_names: what a person calls its classes, as `parse_class_names` reads it.

    Raises:
        UserError: it is not there, or its classes have no names.
    """
    path = Path(model).expanduser()
    if path.is_file():
        raise UserError("{path} is a file, and a model is a folder with config.json; name the folder", path=path)
    folder = path.absolute() if path.is_dir() else engine.find_model(model)
    own = read_class_names(folder)
    given = parse_class_names(class_names, len(own)) if class_names.strip() else ()
    classes = read_classes(given or own, model)
    known = project.sentences.labels()
    labels = [ModelLabel(each, classes.names_of(each), propose_label(each, known)) for each in classes.labels]
    return ModelPreview(folder, given, tuple(labels), classes.outside, classes.is_bare)


def add_model(project: Project, plan: ModelPlan) -> Generator[None, None, AddedModel]:
    """Make a model a source that tags, once it tagged a sentence on trial; a source of its name is this model from now
    on. Yields where it may be stopped.

    Raises:
        UserError: the model is not there or cannot be used, none of its labels is mapped, or it is the source already.
    """
    preview = preview_model(project, plan.model, plan.class_names)
    yield
    label_map = _map_labels(project, preview.labels, plan.label_map)
    known = project.sources.find("model", plan.title)
    stored_map = _rename_targets(project, known.number, label_map) if known else label_map
    origin = _ModelOrigin(
        plan.model, str(preview.folder), preview.class_names, stored_map, plan.whole_words, plan.cut_particles
    )
    if known is not None and _read_origin(project, known.number) == origin:
        raise UserError("{model} is source {number} already", model=plan.model, number=known.number)
    next(_load(origin, "cpu")(_TRIAL))
    yield
    number = known.number if known else project.sources.add("model", plan.title, asdict(origin))
    if known:
        project.sources.change_origin(number, asdict(origin))
    left_out = tuple(each.label for each in preview.labels if dict(label_map).get(each.label, OUTSIDE) == OUTSIDE)
    unmapped = [label for label in left_out if label not in dict(plan.label_map)]
    return AddedModel(number, plan.title, label_map, left_out, tuple(_describe(preview, plan, unmapped)))


def _map_labels(project: Project, labels: Sequence[ModelLabel], chosen: Iterable[tuple[str, str]]) -> Pairs:
    """What each label is mapped to.

    Raises:
        UserError: the model or the project has no such label, or none is mapped.
    """
    known, tag_set, pairs = [each.label for each in labels], project.sentences.labels(), dict(chosen)
    check_label_map(project, [pair for pair in pairs.items() if pair[1] != OUTSIDE])
    if unknown := [label for label in pairs if label not in known]:
        raise UserError("the model has no label {label}; it has {known}", label=unknown[0], known=join_words(known))
    mapped = {label: label for label in known if label in tag_set} | pairs
    if all(other == OUTSIDE for other in mapped.values()):
        raise UserError(
            "none of the model's labels ({labels}) is in the tag set ({known}); map them, such as {example}",
            labels=join_words(known),
            known=join_words(tag_set),
            example=f"{labels[0].label}={labels[0].proposal or next(iter(tag_set), OUTSIDE)}",
        )
    return tuple(sorted(mapped.items()))


def _rename_targets(project: Project, source: int, label_map: Pairs) -> Pairs:
    """The pairs with the label names that a source stores."""
    then = project.sources.labels_then(source, [label for _, label in label_map if label != OUTSIDE])
    return tuple((label, then.get(other, other)) for label, other in label_map)


def _describe(preview: ModelPreview, plan: ModelPlan, unmapped: Sequence[str]) -> Iterator[str]:
    if unmapped:
        yield say("The tag set has no {labels}: these spans are left out, unless mapped.", labels=join_words(unmapped))
    if preview.outside and preview.outside != (OUTSIDE,):
        yield say("Classes outside of entities: {names}.", names=join_words(preview.outside))
    if preview.is_bare:
        yield say("No class says where an entity begins: neighbours with the same label count as one entity.")
    if plan.whole_words and not plan.cut_particles:
        yield say("Spans are of whole words, with their particles, unless these are cut.")


def _read_origin(project: Project, number: int) -> _ModelOrigin | None:
    """The model that a source is; None: its origin is damaged."""
    origin = project.sources.origin(number)
    try:
        pairs = tuple((str(label), str(other)) for label, other in origin["label_map"])
        names = tuple(map(str, origin["class_names"]))
        switches = bool(origin["whole_words"]), bool(origin["cut_particles"])
        return _ModelOrigin(origin["model"], origin["folder"], names, pairs, *switches)
    except (KeyError, TypeError, ValueError):
        return None


def _find_fingerprint(origin: _ModelOrigin) -> str:
    """A hash of weights, tokenizer and label mapping.

    Raises:
        UserError: the folder is not there, or cannot be read.
    """
    folder = Path(origin.folder)
    files = {path.name: path for pattern in _MODEL_FILES for path in folder.glob(pattern) if path.is_file()}
    if "config.json" not in files:
        raise UserError("the model {model} is no longer in {folder}; add it again", model=origin.model, folder=folder)
    with naming_read_errors(str(folder)):
        digests = {name: digest_of(files[name]) for name in sorted(files)}
    reading = [origin.class_names, sorted(origin.label_map), origin.whole_words, origin.cut_particles]
    text = json.dumps([digests, reading])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _load(origin: _ModelOrigin, device: Device) -> TagTexts:
    folder = Path(origin.folder)
    return engine.load_foreign_model(folder, device, origin.class_names, whole_words=origin.whole_words)


class ModelTagger:
    """Tags with the model of a source; its weights are loaded when the first texts come.

    Raises:
        UserError: the model is no longer there.
    """

    faults: Sequence[Rejected] = ()

    def __init__(self, project: Project, number: int, device: Device = "auto") -> None:
        origin = _read_origin(project, number)
        if origin is None:
            raise UserError("source {number}: where its spans come from cannot be read; add it again", number=number)
        self.fingerprint = _find_fingerprint(origin)
        self._origin = origin
        self._device: Device = device
        self._labels: Mapping[str, str] = dict(origin.label_map)
        self._tag: TagTexts | None = None

    def tag(self, texts: Sequence[str]) -> Iterator[ScoredText]:
        """The index, the spans and the uncertainty of each text, as they come.

        Raises:
            UserError: the model is damaged, or the device is not there.
        """
        self._tag = self._tag or _load(self._origin, self._device)
        for batch in self._tag(texts):
            found = [each._replace(spans=self._translate(each.spans)) for each in batch]
            yield from _cut_particles(texts, found) if self._origin.cut_particles else found

    def _translate(self, spans: Sequence[PredictedSpan]) -> list[PredictedSpan]:
        """The spans with the labels of the source, without those that are left out."""
        named = [(each, self._labels.get(each.span.label, OUTSIDE)) for each in spans]
        return [replace(each, span=replace(each.span, label=name)) for each, name in named if name != OUTSIDE]


def _cut_particles(texts: Sequence[str], found: Sequence[ScoredText]) -> Iterator[ScoredText]:
    """The spans without the particles that they end with."""
    cut = cut_particles([texts[number] for number, _, _ in found], [spans for _, spans, _ in found])
    for (number, _, uncertainty), spans in zip(found, cut, strict=True):
        yield ScoredText(number, spans, uncertainty)

"""Whether exported models tag as at home, and how fast: `python -m tests.benchmarks.exported_models KLUE_FILE`.

    --encoder starter --units subword morpheme syllable --train 1000 --texts 1000 --processes 3

Trains one epoch for each tagging unit, tags texts of the file that are not in train, exports the model with
`export_model`, and tags the same texts in fresh processes that cannot import Spandesk: padded in batches, in NFD with
the folder that `save_pretrained` makes of the export, and in the first process also in NFD with the export itself and
one at a time. Each process fills fresh memory with another byte (glibc's MALLOC_PERTURB_), so that values which are
never set show. Prints one JSON object: for each unit and way how many texts have the same spans in each process, the
largest difference of a probability, and texts per second of processor time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import Any

from core.domain.generators import run_to_end
from core.domain.settings import UNITS, TrainSettings, Unit
from core.model import checkpoint
from core.model.devices import device_of
from core.model.predictor import predict_batches
from core.services.export_model import export_model
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.train import train_run
from core.store.project import Project, create_project

BATCH = 16
OUTSIDE = """
import json, sys, time
try:
    import core
except ImportError:
    pass
else:
    raise SystemExit("Spandesk can be imported")
from transformers import pipeline

folder, again, texts, answer, is_first = sys.argv[1:]
texts, found = json.load(open(texts, encoding="utf-8")), {}

def tag(tagger, form, way, size):
    began = time.process_time()
    spans = tagger(texts[form], batch_size=size)
    rows = [[[s["start"], s["end"], s["entity_group"], s["score"]] for s in each] for each in spans]
    found[f"{form}, {way}"] = {"rows": rows, "seconds": time.process_time() - began}

tagger = pipeline("token-classification", model=folder, trust_remote_code=True, device="cpu")
tag(tagger, "NFC", "padded", BATCH)
if is_first:
    tag(tagger, "NFC", "one at a time", 1)
    tag(tagger, "NFD", "padded", BATCH)
tagger.model.save_pretrained(again)
tagger.tokenizer.save_pretrained(again)
tagger = pipeline("token-classification", model=again, trust_remote_code=True, device="cpu")
tag(tagger, "NFD", "padded, saved again", BATCH)
json.dump(found, open(answer, "w", encoding="utf-8"))
""".replace("BATCH", str(BATCH))


def tag_at_home(project: Project, texts: list[str]) -> tuple[list[list[Any]], float]:
    """The rows of the spans of each text, and texts a second."""
    text_tagger = checkpoint.load(project.checkpoint_folder(1, 1), device_of("cpu"))
    began = time.process_time()
    found = dict(pair for batch in predict_batches(text_tagger, texts, batch_size=BATCH) for pair in batch)
    speed = len(texts) / (time.process_time() - began)
    rows = [[[p.span.start, p.span.end, p.span.label, p.probability] for p in found[i]] for i in range(len(texts))]
    return rows, speed


def tag_outside(root: Path, number: int) -> dict[str, Any]:
    """What a fresh process finds with the export in a folder."""
    again, answer = root / f"again {number}", root / f"{number}.json"
    values = {"HF_HOME": str(root / f"home {number}"), "HF_HUB_OFFLINE": "1", "MALLOC_PERTURB_": str(85 * number % 256)}
    paths = [str(path) for path in (root / "export", again, root / "texts.json", answer)]
    command = [sys.executable, "-I", "-c", OUTSIDE, *paths, "first" if number == 1 else ""]
    subprocess.run(command, cwd=root, env={**os.environ, **values}, check=True, stderr=subprocess.DEVNULL)
    return dict(json.loads(answer.read_text(encoding="utf-8")))


def compare(found: list[Any], wanted: list[Any]) -> tuple[int, float]:
    """How many texts have the same spans, and the largest difference of a probability in these."""
    same, worst = 0, 0.0
    for own, other in zip(found, wanted, strict=True):
        if [row[:3] for row in own] == [row[:3] for row in other]:
            same += 1
            worst = max([worst, *(abs(one[3] - two[3]) for one, two in zip(own, other, strict=True))])
    return same, worst


def measure(file: Path, encoder: str, unit: Unit, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, create_project(Path(name) / "p.spandesk") as project:
        root = Path(name)
        for _ in import_corpus(project, ImportPlan((file,), "train", 0.2, 1, "auto", ())):
            pass
        run_to_end(train_run(project, TrainSettings.of_preset(encoder, unit=unit, epochs=1, limit=options.train)))
        run_to_end(export_model(project, root / "export"))
        nfc = [stored.text for stored in project.sentences.each("dev", options.texts)]
        texts = {"NFC": nfc, "NFD": [unicodedata.normalize("NFD", text) for text in nfc]}
        (root / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        home = {form: tag_at_home(project, own) for form, own in texts.items()}
        outside = [tag_outside(root, number) for number in range(1, options.processes + 1)]
    spans = {form: sum(map(len, rows)) for form, (rows, _) in home.items()}
    result: dict[str, Any] = {"texts": len(nfc), "spans": spans, "texts_per_s": round(home["NFC"][1], 1), "outside": {}}
    for way in outside[0]:
        wanted = home["NFD" if "NFD" in way else "NFC"][0]
        tagged = [found[way] for found in outside if way in found]
        figures = [compare(found["rows"], wanted) for found in tagged]
        result["outside"][way] = {
            "texts_with_same_spans": [same for same, _ in figures],
            "largest_difference": max(worst for _, worst in figures),
            "texts_per_s": [round(len(nfc) / found["seconds"], 1) for found in tagged],
        }
    print(unit, json.dumps(result), file=sys.stderr)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--encoder", default="starter")
    parser.add_argument("--units", nargs="+", choices=UNITS, default=list(UNITS))
    parser.add_argument("--train", type=int, default=1000)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=3)
    options = parser.parse_args()
    results = {unit: measure(options.file, options.encoder, unit, options) for unit in options.units}
    print(json.dumps({"encoder": options.encoder, "units": results}, indent=2))


if __name__ == "__main__":
    main()

"""What each tagging unit reaches with an encoder's preset: `python -m tests.benchmarks.units KLUE_FILE`.

    --units syllable --seeds 1 2 3 --encoder starter

4,000 sentences of the file train, 1,000 are dev, as `import --dev-ratio 0.2 --seed 1` draws them. Prints one JSON
object: for each unit its ceiling, and F1 and seconds for every epoch and seed. The seconds are the whole training's,
prediction included.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from core.domain.events import EpochFinished, Prepared
from core.domain.settings import UNITS, TrainSettings, Unit
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.train import train_run
from core.store.project import Project, create_project


def trained(project: Project, settings: TrainSettings) -> dict[str, Any]:
    """F1 of every epoch, and the seconds until then."""
    began, epochs, ceiling = time.perf_counter(), [], None
    for event in train_run(project, settings):
        if isinstance(event, Prepared):
            ceiling = event.ceiling
        elif isinstance(event, EpochFinished):
            seconds = time.perf_counter() - began
            epochs.append({"f1": round(event.report.micro.f1, 4), "seconds": round(seconds, 1)})
    return {"seed": settings.seed, "ceiling": ceiling, "epochs": epochs}


def of_unit(file: Path, encoder: str, unit: Unit, seeds: list[int]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, create_project(Path(folder) / "p.spandesk") as project:
        for _ in import_corpus(project, ImportPlan((file,), "train", 0.2, 1, "auto", ())):
            pass
        runs = [trained(project, TrainSettings.of_preset(encoder, unit=unit, seed=seed)) for seed in seeds]
    last = [run["epochs"][-1]["f1"] for run in runs]
    return {"mean_f1": round(statistics.mean(last), 4), "runs": runs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--encoder", default="starter")
    parser.add_argument("--units", nargs="+", choices=UNITS, default=list(UNITS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    options = parser.parse_args()
    settings = TrainSettings.of_preset(options.encoder).as_json()
    results = {unit: of_unit(options.file, options.encoder, unit, options.seeds) for unit in options.units}
    print(json.dumps({"settings": settings, "units": results}, indent=2))


if __name__ == "__main__":
    main()

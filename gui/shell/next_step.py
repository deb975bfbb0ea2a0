"""The next useful step in a project, for the status line while no job runs."""

from core.store.project import Project
from gui.train.retraining import last_finished

IDLE = "Ready"


def next_step(project: Project | None) -> str:
    """`17 corrected since run 3: retrain`, or that the window is ready for whatever the person wants."""
    if project is None:
        return IDLE
    if not project.sentences.has_any():
        return "No sentences yet: add corpus files"
    run = last_finished(project)
    if run is None:
        return IDLE
    changed = len(project.corrections.sentences_changed_since(run.last_correction))
    return f"{changed:,} corrected since run {run.number}: retrain" if changed else IDLE

"""The status line says the next useful step, from an empty project to a retraining."""

from core.domain.spans import Sentence
from core.metrics.signals import Signals
from core.services.next_step import describe_next_step
from core.store.predictions import EpochKey
from core.store.project import create_project
from tests.building import add_run, add_sentences


def finish(project, names, order):
    for name in names:
        project.pool.finish(project.sentences.by_id(name).number, (), order=order)


def test_each_step_on_the_way_from_raw_text_is_named(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        assert describe_next_step(project) == "Import a corpus, or raw text into the pool."
        names = [f"s{n}" for n in range(130)]
        add_sentences(project, [("pool", Sentence.unchecked(name, f"{name} 문장이다", ())) for name in names])
        project.database.write("UPDATE sentence SET judged = 'no'")
        finish(project, names[:3], "uncertain")
        assert describe_next_step(project).startswith("3 labelled: label 47 more in the random order")
        finish(project, names[3:60], "uncertain")
        assert describe_next_step(project).startswith("No sentence is in dev")
        project.batches.add("random", None, 0.99, [])
        finish(project, names[60:63], "random")
        assert describe_next_step(project) == "63 labelled: train a first tagger."
        run = add_run(project, {})
        assert describe_next_step(project) == f"No run has tagged the pool yet: let run {run} tag it."
        project.sources.remove(run, "weights")
        assert describe_next_step(project).endswith("in the pool: label on."), "it tags nothing more"
        project.sources.restore(run)
        number = project.sentences.by_id(names[-1]).number
        project.signals.save(EpochKey(run, 1), {number: Signals(1.0, None, None, (), ())})
        assert describe_next_step(project) == "67 sentences are in the pool: label on."
        finish(project, names[63:75], "uncertain")
        assert describe_next_step(project) == f"12 sentences labelled or corrected since run {run}: retrain."
        project.database.write("UPDATE sentence SET split = 'aside' WHERE split = 'pool'")
        add_run(project, {})
        assert describe_next_step(project).startswith("The pool is empty")

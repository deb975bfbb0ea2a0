"""The commands `sources`, `add-source`, `suggest` and `agreement`: what says where spans are, and what it says."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Literal, get_args

from core.analysis.agreement import Agreement, AgreementFigure
from core.cli.arguments import read_epoch, read_measured_split, read_source, read_text
from core.cli.import_files import read_rules
from core.cli.output import Output, Rejections, name_version
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import DEVICES
from core.domain.spans import SPLITS
from core.formats.source_files import ReadOptions, split_names
from core.messages.catalogue import join_words, mark, say, say_count
from core.services.add_source import FileKind, SourcePlan, add_file_source
from core.services.agreement_source import AGREEMENT_RULES, AgreementRule, add_agreement
from core.services.compare_readers import AgreementReport, Reader, compare_readers, find_reader
from core.services.dictionary_source import add_dictionary, add_dictionary_from_gold, is_dictionary
from core.services.model_source import ModelPlan, add_model
from core.services.source_list import SourceSummary, list_sources
from core.services.source_report import SourceReport, describe_source_report
from core.services.tag_source import tag_source
from core.store.project import Project, open_project


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Those of `add-source`, but for how the file is read."""
    parser.add_argument(
        "path",
        type=Path,
        nargs="?",
        metavar="PATH",
        help=say(
            "a file of spans on sentences of the project, in any corpus format; a file of entries; or the folder of a"
            " model, or its name on the Hugging Face hub"
        ),
    )
    parser.add_argument(
        "--name",
        type=read_text,
        default="",
        metavar="TEXT",
        help=say("of the source; a source of this name and kind gets a new version (default: the file's name)"),
    )
    parser.add_argument(
        "--kind",
        choices=(*get_args(FileKind), "dictionary", "model", "agreement"),
        help=say(
            "who says it: a tool's file, a person's, a dictionary (docs/dictionary.md), a model for transformers"
            " (docs/models.md), or what the sources of --of agree on; default: agreement with --of, otherwise by what"
            " is there, which is never a person"
        ),
    )
    parser.add_argument(
        "--from-gold",
        action="store_true",
        help=say("instead of a file: a dictionary of the strings of the training gold that are always labelled alike"),
    )
    parser.add_argument(
        "--whole-words",
        action="store_true",
        help=say("the first piece of a word decides for all of it, in models that were trained so"),
    )
    parser.add_argument(
        "--cut-particles",
        action="store_true",
        help=say("spans of the model or file end before their particles"),
    )
    parser.add_argument(
        "--of", type=_read_sources, metavar="1,2,…", help=say("instead of a file: the sources of an agreement")
    )
    parser.add_argument(
        "--rule",
        choices=AGREEMENT_RULES,
        help=say("of --of: the spans that all, most or one alone of them have (default: most)"),
    )


def _read_sources(argument: str) -> list[int | str]:
    return [read_source(each.strip()) for each in argument.split(",")]


def add_suggest_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", type=read_source, required=True, metavar="N", help=say("its number or its name"))
    parser.add_argument("--split", choices=(*SPLITS, "pool", "aside"), default="pool", help=say("default: pool"))
    parser.add_argument("--epoch", type=read_epoch, metavar="E", help=say("of a run (default: the last)"))
    parser.add_argument("--device", choices=DEVICES, default=DEVICES[0])


def add_agreement_options(parser: argparse.ArgumentParser) -> None:
    for name in ("one", "other"):
        parser.add_argument(
            name, type=read_source, metavar=name.upper(), help=say("a source's number or name, or gold")
        )
    parser.add_argument("--split", type=read_measured_split, choices=SPLITS, default="dev")


def sources(options: argparse.Namespace, out: Output) -> None:
    """List the sources."""
    with open_project(options.project) as project:
        listed = list_sources(project)
    text = "\n".join(map(_describe_source, listed)) or say("no source yet")
    out.result({"sources": [summary.as_json() for summary in listed]}, text)


def _describe_source(summary: SourceSummary) -> str:
    source = summary.source
    parts = [f"{source.number:>3}", f"{source.kind:<11}", source.heading]
    parts.append(say_count("{count:,} sentence tagged", "{count:,} sentences tagged", summary.sentences))
    if summary.best_f1 is not None:
        parts.append(say("best F1 on dev {f1:.4f}, by the gold of today", f1=summary.best_f1))
    if summary.origin.get("cut_particles"):
        parts.append(say("spans end before their particles"))
    return "  ".join(parts)


def add_source(options: argparse.Namespace, out: Output) -> None:
    """Add a file of spans, a dictionary, a model or an agreement as a source."""
    kind: Literal["file", "person", "dictionary", "model", "agreement"] = options.kind or _find_kind(options)
    if (kind == "agreement") != (options.of is not None) or (options.rule and not options.of):
        raise UserError("an agreement is of sources that are here; give --of 1,2 and, if you like, --rule")
    if kind == "agreement":
        _refuse_unfit(options, kind)
        _add_agreement(options, out)
        return
    if options.from_gold != (options.path is None) or (options.from_gold and kind != "dictionary"):
        raise UserError("give either a path or --from-gold, which makes a dictionary")
    _refuse_unfit(options, kind)
    if kind == "dictionary":
        _add_dictionary(options, out)
    elif kind == "model":
        _add_model(options, out)
    else:
        _add_file_or_dictionary(options, kind, out)


def _refuse_unfit(options: argparse.Namespace, kind: str) -> None:
    """Refuse options that would do nothing for a kind."""
    if options.whole_words and kind != "model":
        raise UserError("--whole-words is of a model; leave it out, or give the folder of a model")
    if options.cut_particles and kind in {"dictionary", "agreement"}:
        raise UserError("--cut-particles is of a model or of a file of spans; leave it out")


def _add_file_or_dictionary(options: argparse.Namespace, kind: FileKind, out: Output) -> None:
    try:
        _add_file(options, kind, out)
    except UserError:
        if not _is_dictionary(options):
            raise
        _refuse_unfit(options, "dictionary")
        out.warn(say("{file} is added as a dictionary; --kind says otherwise", file=options.path))
        _add_dictionary(options, out)


def _find_kind(options: argparse.Namespace) -> Literal["file", "dictionary", "model", "agreement"]:
    if options.path is None:
        return "dictionary" if options.of is None else "agreement"
    return "model" if (options.path / "config.json").is_file() else "file"


def _add_agreement(options: argparse.Namespace, out: Output) -> None:
    if options.path is not None or options.from_gold:
        raise UserError("an agreement is made of sources, not of a file; leave out the path and --from-gold")
    rule: AgreementRule = options.rule or "most"
    with open_project(options.project) as project:
        members = [project.sources.number_of(each) for each in options.of]
        key = run_to_end(add_agreement(project, members, rule, options.name))
        count, spans = project.predictions.count_all(key), project.predictions.count_spans(key)
        name = project.sources.by_number(key.source).title
    document = {"source": key.source, "version": key.epoch, "kind": "agreement", "name": name, "rule": rule}
    text = say_count(
        "source {number} ({name}): {count:,} sentence that all have judged, {spans}",
        "source {number} ({name}): {count:,} sentences that all have judged, {spans}",
        count,
        number=key.source,
        name=name,
        spans=say_count("{count:,} span", "{count:,} spans", spans),
    )
    out.result({**document, "of": members, "sentences": count, "spans": spans}, text)


def _add_file(options: argparse.Namespace, kind: FileKind, out: Output) -> None:
    plan = SourcePlan(
        options.path,
        kind,
        options.name,
        options.format,
        ReadOptions(split_names(options.tag_names), options.tag_column),
        read_rules(options),
        options.cut_particles,
    )
    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", errors="surrogatepass") as kept:
        rejections = Rejections(out, kept)
        with open_project(options.project) as project:
            report = run_to_end(add_file_source(project, plan), rejections.keep_all_of)
        rejections.print_first(report.rejected)
        notices = describe_source_report(report)
        for notice in notices:
            out.warn(notice)
        _print_report(report, notices, kind, rejections, out)


def _is_dictionary(options: argparse.Namespace) -> bool:
    """Whether a file that cannot be added as one of spans, and whose kind nobody gave, is one of entries."""
    if options.kind is not None:
        return False
    with open_project(options.project) as project:
        return is_dictionary(project, options.path, {pair.label: pair.other for pair in options.map})


def _add_dictionary(options: argparse.Namespace, out: Output) -> None:
    with open_project(options.project) as project:
        if options.from_gold:
            report = run_to_end(add_dictionary_from_gold(project, options.name))
        else:
            labels = {pair.label: pair.other for pair in options.map}
            report = add_dictionary(project, options.path, options.name, labels)
    for notice in report.notices():
        out.warn(notice)
    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", errors="surrogatepass") as kept:
        rejections = Rejections(out, kept)
        for record in report.rejected:
            rejections.keep(record)
        rejections.print_first(report.rejected)
        document = {
            "source": report.number,
            "kind": "dictionary",
            "name": report.name,
            "entries": report.entries,
        }
        document["ambiguous"] = list(report.ambiguous)
        if out.as_json:
            print(f'{json.dumps(document, ensure_ascii=False)[:-1]}, "rejected": ', end="")
            rejections.print_list()
            print("}", flush=True)
            return
    text = say_count(
        "source {number} ({name}): {count:,} entry, {rejected:,} rejected; suggest lets it tag sentences",
        "source {number} ({name}): {count:,} entries, {rejected:,} rejected; suggest lets it tag sentences",
        report.entries,
        number=report.number,
        name=report.name,
        rejected=len(report.rejected),
    )
    out.result({}, text)


def _add_model(options: argparse.Namespace, out: Output) -> None:
    plan = ModelPlan(
        options.path.as_posix(),
        options.name,
        tuple((pair.label, pair.other) for pair in options.map),
        options.tag_names,
        options.whole_words,
        options.cut_particles,
    )
    with open_project(options.project) as project:
        added = run_to_end(add_model(project, plan))
    for notice in added.notices:
        out.warn(notice)
    document = {
        "source": added.number,
        "kind": "model",
        "name": added.name,
        "labels": dict(added.label_map),
        "left_out": added.left_out,
        "notices": added.notices,
    }
    text = say(
        "source {number} ({name}): {labels}; suggest lets it tag sentences",
        number=added.number,
        name=added.name,
        labels=join_words(f"{label} → {other}" for label, other in added.label_map),
    )
    out.result(document, text)


def _print_report(
    report: SourceReport, notices: tuple[str, ...], kind: str, rejections: Rejections, out: Output
) -> None:
    if out.as_json:
        document = {
            "source": report.key.source,
            "version": report.key.epoch,
            "kind": kind,
            "name": report.name,
            "sentences": report.sentences,
            "spans": report.spans,
            "partly": report.partly,
            "not_judged": report.not_judged,
            "missing": report.mentions_missing,
            "changed": report.changes if report.changed is not None else None,
            "cut": report.cut,
            "notices": notices,
        }
        print(f'{json.dumps(document, ensure_ascii=False)[:-1]}, "rejected": ', end="")
        rejections.print_list()
        print("}", flush=True)
        return
    text = say_count(
        "source {number} ({name}), version {version}: {count:,} sentence with {spans}, {rejected:,} rejected",
        "source {number} ({name}), version {version}: {count:,} sentences with {spans}, {rejected:,} rejected",
        report.sentences,
        number=report.key.source,
        name=report.name,
        version=report.key.epoch,
        spans=say_count("{count:,} span", "{count:,} spans", report.spans),
        rejected=report.rejections,
    )
    out.result({}, text)


def suggest(options: argparse.Namespace, out: Output) -> None:
    """Have a source tag what it has not tagged yet."""
    with open_project(options.project) as project:
        source = project.sources.number_of(options.source)
        work = tag_source(project, source, options.split, options.epoch, options.device)
        tagged = run_to_end(work)
        tagged_in_all = project.predictions.count(tagged.key, options.split)
        is_run = project.sources.by_number(source).is_run
    document = {
        "source": tagged.key.source,
        "epoch": tagged.key.epoch,
        **name_version(tagged.key, is_run=is_run),
        "split": options.split,
        "tagged": tagged.sentences,
        "replaced": tagged.replaced,
        "tagged_in_all": tagged_in_all,
        "faults": [{"file": each.file, "line": each.line, "reason": each.reason} for each in tagged.faults],
    }
    for fault in tagged.faults:
        out.warn(say("{where}: {reason}", where=fault.where, reason=fault.reason))
    text = say_count(
        "{count:,} sentence of {split} tagged, {all:,} in all",
        "{count:,} sentences of {split} tagged, {all:,} in all",
        tagged.sentences,
        split=options.split,
        all=tagged_in_all,
    )
    if tagged.replaced:
        text += "\n" + say_count(
            "{count:,} older suggestion is replaced: what made it has changed",
            "{count:,} older suggestions are replaced: what made them has changed",
            tagged.replaced,
        )
    out.result(document, text)


def agreement(options: argparse.Namespace, out: Output) -> None:
    """How far two readers agree on the sentences of a split that both have judged.

    Raises:
        UserError: both are the gold, or one has tagged nothing there.
    """
    if options.one == options.other == "gold":
        raise UserError("the gold agrees with itself; give the number of a source for one of the two")
    with open_project(options.project) as project:
        one, other = (find_reader(project, each, options.split) for each in (options.one, options.other))
        report = run_to_end(compare_readers(project, one, other, options.split))
        names = [_name_reader(project, reader) for reader in (one, other)]
    document = {"split": options.split, **report.agreement.as_json(), "adjudicated": report.adjudicated}
    if report.untouched is not None:
        document["untouched"] = report.untouched.as_json()
    out.result(document, _describe_agreement(report, names, options.split))


def _name_reader(project: Project, reader: Reader) -> str:
    return say("gold") if reader == "gold" else project.sources.by_number(reader.source).name_epoch(reader.epoch)


def _describe_agreement(report: AgreementReport, names: list[str], split: str) -> str:
    lines = [
        say_count(
            "{one} and {other} on {count:,} {split} sentence that both have judged",
            "{one} and {other} on {count:,} {split} sentences that both have judged",
            report.agreement.sentences,
            one=names[0],
            other=names[1],
            split=split,
        ),
        *_figure_lines(report.agreement),
    ]
    if report.untouched is not None:
        source = next(name for name in names if name != say("gold"))
        lines += [
            "",
            say_count(
                "The gold was adjudicated from {source} in {count:,} sentence. On gold that nobody corrected:",
                "The gold was adjudicated from {source} in {count:,} sentences. On gold that nobody corrected:",
                report.adjudicated,
                source=source,
            ),
            *_figure_lines(report.untouched),
        ]
    return "\n".join(lines)


_FIGURES = {
    "exact_f1": mark("exact F1"),
    "overlap_f1": mark("overlapping F1"),
    "label_f1": mark("label F1 on equal edges"),
    "kappa": mark("Cohen's kappa on characters"),
    "alpha": mark("Krippendorff's alpha on characters"),
}


def _figure_lines(agreement: Agreement) -> list[str]:
    return [f"{say(_FIGURES[name]):<36}{_describe_figure(figure)}" for name, figure in agreement.figures.items()]


def _describe_figure(figure: AgreementFigure) -> str:
    if figure.value is None:
        return figure.note
    if figure.interval is None:
        return f"{figure.value:.4f}"
    return f"{figure.value:.4f} [{figure.interval.low:.3f}, {figure.interval.high:.3f}]"

"""``sarangi new``: look at recordings and their table, say what was understood, and write a configuration."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sarangi.drafts.draft import Draft
    from sarangi.drafts.protocols import Plan

HELP = "start a study of your own recordings from a table of labels"

LISTED = 8  # of a list in a line


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "study", nargs="?", type=Path, metavar="STUDY", help="folder to write config.yaml into"
    )
    parser.add_argument(
        "--table", type=Path, help="labels: CSV, JSON Lines, Parquet, or a folder of another format"
    )
    parser.add_argument("--audio", type=Path, help="folder or archive of the recordings (the table's folder)")
    parser.add_argument(
        "--column", action="append", default=[], metavar="WHAT=NAME",
        help="name the column that holds something, as in speaker=who; speaker= for none (may be repeated)",
    )  # fmt: skip
    parser.add_argument("--format", help="format of the table, if it is not recognised")
    parser.add_argument("--language", metavar="TAG", help="language of the recordings, such as en or ur-PK")
    parser.add_argument(
        "--like", metavar="LAYOUT", help="start from a published corpus instead, such as ravdess"
    )


def run(chosen: Namespace) -> int:
    """Write the configuration of a new study, and print what it was made from."""
    from sarangi.base.errors import SarangiError
    from sarangi.drafts.writing import refuse_existing

    if chosen.directory == Path():
        raise SarangiError("name a new folder for the study: sarangi new my --table labels.csv --audio wavs/")
    if (chosen.table is None) == (chosen.like is None):
        raise SarangiError("give either --table with --audio, or --like with the name of a published corpus")
    refuse_existing(chosen.directory)
    lines = _like(chosen) if chosen.like else _from_table(chosen)
    for line in lines:
        print(line)
    return 0


def _from_table(chosen: Namespace) -> Iterator[str]:
    from sarangi.drafts.draft import FREELY_NAMED, draft
    from sarangi.drafts.protocols import plan
    from sarangi.drafts.writing import config_text, write_new
    from sarangi.paper.written import write_sections
    from sarangi.runtime.commands import quoted

    audio = chosen.audio or (chosen.table if chosen.table.is_dir() else chosen.table.parent)
    drafted = draft(chosen.directory, chosen.table, audio, _stated(chosen.column), chosen.format)
    planned = plan(drafted)
    text = config_text(drafted, planned, chosen.directory, chosen.language)
    yield from _understood(drafted, planned)
    choice = drafted.choices.get("language")
    if drafted.table_format in FREELY_NAMED and not chosen.language and not (choice and choice.column):
        yield "  language: not stated, so Whisper would guess it; state it with --language TAG"
    file = write_new(chosen.directory, text)
    written = write_sections(chosen.directory)
    yield ""
    if written:
        yield f"wrote {written[0].parent}: the sections of its paper, yours to edit"
    yield f"wrote {file}:"
    yield from (f"  {line}" for line in text.splitlines())
    yield ""
    yield f"Next: sarangi audit {quoted(chosen.directory)}"


def _stated(options: Iterable[str]) -> dict[str, str | None]:
    from sarangi.base.errors import SarangiError
    from sarangi.base.hints import nearest
    from sarangi.drafts.words import COLUMNS

    stated: dict[str, str | None] = {}
    for option in options:
        role, equals, name = option.partition("=")
        if not equals or role not in COLUMNS:
            raise SarangiError(f"--column {option}: expected WHAT=NAME; {nearest(role, list(COLUMNS))}")
        stated[role] = name or None
    return stated


def _understood(drafted: "Draft", planned: "Plan") -> Iterator[str]:
    """Yield what was understood; what limits every score comes first."""
    speakers = drafted.speakers
    if not speakers:
        yield (
            "NO SPEAKERS: the table does not say who speaks, so no score shows what holds for other people, "
            "and every score is marked."
        )
        others = drafted.choices["speaker"].others if "speaker" in drafted.choices else ()
        maybe = f" Columns that might: {_listed(others)}." if others else ""
        yield f"  Add a column of speakers, or name the one that has them: --column speaker=NAME.{maybe}"
    elif drafted.anonymous:
        yield f"NO SPEAKER in {drafted.anonymous} of {drafted.rows} rows: each is a speaker of its own."
    yield f"{drafted.table}: {drafted.rows} rows"
    yield f"{drafted.audio}: {drafted.recordings} recordings, {drafted.named} of them in the table"
    problems = sorted(drafted.problems.items(), key=lambda entry: (-entry[1], entry[0]))
    for problem, count in problems[:LISTED]:
        about = f" ({drafted.examples[0]}; recordings are like {drafted.examples[1]})"
        yield f"  {count} rows: {problem}{about if problem == 'no such recording' else ''}"
    for role, choice in drafted.choices.items():
        if choice.column is not None:
            yield f"  {role}: column {choice.column} ({choice.why})"
            if choice.others:
                yield f"    {_listed(choice.others)} also fit: --column {role}={choice.others[0]} decides"
        elif role != "speaker":
            yield f"  {role}: none ({choice.why})"
    counts = ", ".join(f"{emotion} {count}" for emotion, count in drafted.counts.items())
    yield f"  emotions: {counts or 'none'}"
    if speakers:
        ordered = sorted(speakers.items(), key=lambda entry: (-entry[1], entry[0]))
        yield f"  speakers: {len(speakers)}: {_listed(f'{name} {count}' for name, count in ordered)}"
    if drafted.renamed:
        yield f"  renamed: {_listed(f'{label} is {emotion}' for label, emotion in drafted.renamed.items())}"
    if drafted.unknown:
        names = _listed(f"{label} ({drafted.labels[label]})" for label in drafted.unknown)
        yield f"  unknown labels, kept as emotions: {names}; rename them under emotions, or skip them"
    if drafted.left_out:
        names = _listed(f"{label or 'empty'} ({drafted.labels[label]})" for label in drafted.left_out)
        yield f"  left out, since these are not emotions: {names}"
    yield f"  protocols: {', '.join(planned.protocols)}: {planned.why}"
    yield from (f"  note: {warning}" for warning in planned.warnings)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return ", ".join(every[:LISTED]) + more


def _like(chosen: Namespace) -> Iterator[str]:
    from sarangi.base.errors import SarangiError
    from sarangi.base.hints import nearest
    from sarangi.base.installation import home
    from sarangi.base.yaml_documents import yaml_in
    from sarangi.drafts.writing import like_text, write_new
    from sarangi.runtime.commands import quoted

    known = yaml_in(home() / "config.yaml")["corpora"]
    if chosen.like not in known:
        raise SarangiError(f"--like {chosen.like}: no such layout; {nearest(chosen.like, sorted(known))}")
    text = like_text(chosen.like, known[chosen.like], ("loso", "loso_matched", "random5"))
    file = write_new(chosen.directory, text)
    place = chosen.directory / "resources/corpora" / chosen.like
    if chosen.audio is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(chosen.audio.resolve(), target_is_directory=chosen.audio.is_dir())
        yield f"linked {place} to {chosen.audio}"
    yield f"wrote {file}:"
    yield from (f"  {line}" for line in text.splitlines())
    yield ""
    if chosen.audio is None:
        yield (
            f"Put the recordings, or a link to them, at {place}; otherwise they are downloaded where "
            "the publisher allows it."
        )
    yield f"Next: sarangi audit {quoted(chosen.directory)}"

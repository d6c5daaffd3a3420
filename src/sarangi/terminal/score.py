"""``sarangi score``: any model's predictions, scored as the study's own are."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "score a table of predictions of any model, as the study scores its own"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "predictions",
        type=Path,
        help="CSV, TSV or Parquet with the columns file or utterance_id, fold, predicted, and if there are "
        "any seed and p_<emotion>",
    )
    parser.add_argument("study", type=Path, nargs="?", help="folder with config.yaml (this folder)")
    parser.add_argument("--protocol", required=True, help="name of the protocol in config.yaml")
    parser.add_argument("--corpus", help="name of the corpus, where the study has several under the protocol")
    parser.add_argument("--name", help="of the model (the name of the file)")
    parser.add_argument("--out", type=Path, help="file to write, too: .csv, .parquet or .html")


def run(chosen: Namespace) -> int:
    """Print the table, and write it if asked."""
    from sarangi.base.errors import SarangiError
    from sarangi.base.spreadsheets import as_csv
    from sarangi.paper.tables.html_page import html_page
    from sarangi.paper.tables.outside import outside_table, rows_of
    from sarangi.scoring.outside import checked, read, score
    from sarangi.study.opened import opened
    from sarangi.study.outside import own_models, split_of
    from sarangi.study.scored import bootstrap

    suffix = chosen.out.suffix if chosen.out else ""
    if suffix not in ("", ".csv", ".parquet", ".html"):
        raise SarangiError(f"{chosen.out}: expected a file .csv, .parquet or .html")
    rows = read(chosen.predictions)
    name = chosen.name or chosen.predictions.stem
    with opened(chosen.directory) as study:
        split = split_of(study, chosen.protocol, chosen.corpus)
        own = own_models(study, split)
        if name in own:
            raise SarangiError(f"{name} is a model of the study; give yours another name with --name")
        answers = checked(rows, split)
        for text in answers.missing:
            print(f"{chosen.predictions.name}: {text}", file=sys.stderr)
        scores, differences = score(answers, name, split, own, bootstrap(study))
        protocol = study.config["protocols"][split.protocol]["title"]
        titles = {model: study.config["models"][model]["title"] for model in own}
        preferred = study.config.get("emotions", ())
    whole = rows_of(scores, differences)
    caption = f"{name} on {split.corpus}, {protocol}"
    reported = "folds" if split.mean_of_folds else "pooled"
    table = outside_table(whole, caption, reported, titles, preferred)
    print(f"{caption}\n\n{table.frame.to_string(index=False)}\n")
    for note in table.notes:
        print(note)
    if not own:
        print("The study has no predictions of its own on this corpus and protocol to compare with.")
    if suffix == ".csv":
        chosen.out.write_text(as_csv(whole), encoding="utf-8")
    elif suffix == ".parquet":
        whole.to_parquet(chosen.out, index=False)
    elif suffix == ".html":
        chosen.out.write_text(html_page(table, table.notes), encoding="utf-8")
    if chosen.out:
        print(f"wrote {chosen.out}")
    return 0

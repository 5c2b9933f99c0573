"""Report which exercises a class has answered, from the saved notebooks of its learners.

In the class's folder, each folder, zip or notebook is what one learner handed in. What is reported
are claims: each check leaves its verdict in the notebook's file, which its owner can edit. Nothing
that was handed in is run.
"""

import argparse
import datetime
import io
import sys
from pathlib import Path

import class_report
import pages
from class_claims import CollectError, collect, shown

from mnist_helpers import artifacts, copies
from mnist_helpers.exercises import core

ROOT = Path(__file__).parents[1]
REMEDY = "Close it in other programs, or name another folder with --to."


def asked() -> list[class_report.Asked]:
    """Return the exercises of the series, in order."""
    originals = sorted((ROOT / copies.ORIGINALS).glob("[0-9][0-9]_*.ipynb"))
    titles = {path.name[:2]: path.stem for path in originals}
    return [
        class_report.Asked(name, core.find(name).task, titles.get(name[:2], name[:2]))
        for name in core.names()
    ]


def main() -> None:
    """Write the report on a class, and print its summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the class's folder: one folder or zip a learner")
    parser.add_argument(
        "--to", type=Path, help="folder for the report; without it, artifacts/collected/"
    )
    options = parser.parse_args()
    folder = options.folder.expanduser()
    target = (options.to or artifacts.folder() / "collected").expanduser()
    try:
        if target.resolve().is_relative_to(folder.resolve()):
            raise CollectError(
                f"The report would lie in {folder}, among what learners handed in. Name "
                "another folder with --to."
            )
        exercises = asked()
        learners = collect(folder, {exercise.name for exercise in exercises})
        made = f"{shown(folder.resolve().name)}, {datetime.datetime.now():%Y-%m-%d %H:%M}"
        # Spreadsheets take the text for UTF-8 if it begins with a mark.
        rows = "\ufeff" + class_report.table(learners, exercises)
        pages.write(target / "collected.csv", rows, REMEDY)
        pages.write(target / "collected.html", class_report.page(learners, exercises, made), REMEDY)
    except (CollectError, pages.PageError) as error:
        sys.exit(str(error))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console may lack signs of a name
    print(class_report.summary(learners, exercises))
    print(
        "\n2/3: two of three answers are right, as claimed. –: no such notebook.\n"
        "These are claims, read from files that their owners can edit; nothing was run.\n"
        f"All exercises, and the notes: {target / 'collected.html'}, {target / 'collected.csv'}"
    )


if __name__ == "__main__":
    main()

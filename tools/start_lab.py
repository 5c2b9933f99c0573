"""Open JupyterLab on the learner's copy of the first notebook; options go to JupyterLab."""

import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("jupyterlab", "mnist_helpers")
# Its labconfig/ answers JupyterLab's question about news; nothing goes to the learner's settings.
SETTINGS = Path(__file__).parent / "jupyter"


def main() -> None:
    """Make the copies that are missing, say what comes now, and become JupyterLab."""
    if missing := [name for name in NEEDED if not importlib.util.find_spec(name)]:
        sys.exit(
            f"{' and '.join(missing)} cannot be found by this Python ({sys.executable}): activate "
            "the environment that the README sets up, or run `make lab`."
        )
    import copy_notebooks

    try:
        first, *_ = copy_notebooks.originals(ROOT)
        said = copy_notebooks.make(ROOT)
    except copy_notebooks.CopyError as error:
        sys.exit(str(error))
    notebook = Path(copy_notebooks.MINE, first.name)
    said += [
        f"JupyterLab starts now and opens {notebook.as_posix()} in your browser. That takes 5 to "
        "15 seconds.",
        "Leave this window open while you work. To end JupyterLab, press Ctrl+C here twice.",
    ]
    print("\n".join(said), flush=True)
    os.chdir(ROOT)
    quiet()
    from jupyterlab.labapp import LabApp

    ours = {
        "--ServerApp.root_dir": str(ROOT),  # else the notebook's folder; links lead to ../docs/
        "--log-level": "WARN",  # so that what is printed above stays in view
    }
    theirs = sys.argv[1:]
    given = {option.partition("=")[0] for option in theirs}
    options = [f"{name}={value}" for name, value in ours.items() if name not in given]
    LabApp.launch_instance([str(notebook), *options, *theirs])


def quiet() -> None:
    """Let JupyterLab, and the kernels that it starts, ask nothing about news."""
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [before, str(SETTINGS)]))


if __name__ == "__main__":
    main()

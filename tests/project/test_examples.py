"""The examples work as a learner runs them, in any folder; train_mnist.py without this package."""

import ast
import shutil

import nbformat
import pytest

from tests.conftest import NOTEBOOKS, ROOT, run_code

SCRIPT = ROOT / "examples" / "train_mnist.py"
# The data at hand in place of the download, so that no test waits for the network.
RUN = """
import runpy, sys
import keras
from mnist_helpers.datasets import mnist
def at_hand():
    training = mnist.load_training()
    return (training.images, training.labels), (None, None)
keras.datasets.mnist.load_data = at_hand
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.data_matters
def test_the_script_trains_saves_and_draws(tmp_path):
    copy = shutil.copy(SCRIPT, tmp_path)
    environment = {"MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    done = run_code(RUN, copy, 1, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "val_accuracy" in done.stdout and "wrote my_model.keras" in done.stdout
    assert (tmp_path / "my_model.keras").stat().st_size > 1_000_000
    assert (tmp_path / "my_losses.png").read_bytes().startswith(b"\x89PNG")


def test_the_script_is_short_and_needs_no_helpers():
    text = SCRIPT.read_text("utf-8")
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"sys", "keras", "matplotlib", "numpy"}
    assert len([line for line in text.splitlines() if line and line[0] != "#"]) <= 40


def test_notebook_03_shows_the_script():
    cells = nbformat.read(NOTEBOOKS[2], as_version=4).cells
    shown = [
        output["data"]["text/markdown"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "text/markdown" in output.get("data", {})
    ]
    assert f"```python\n{SCRIPT.read_text('utf-8')}```" in shown


def test_a_worker_adds_its_trials_to_a_study(tmp_path):
    import optuna

    from mnist_helpers import studies

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    copy = shutil.copy(ROOT / "examples" / "search_worker.py", tmp_path)
    for _ in range(2):
        done = run_code(
            "import runpy, sys; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')",
            *(copy, tmp_path / "study.journal", 3),
            env={"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
        )
        assert done.returncode == 0 and not done.stdout + done.stderr
    found = studies.open_study(tmp_path / "study.journal").trials
    assert len(found) == 6 and all(0.95 < trial.value <= 1 for trial in found)


def test_pictures_are_named_by_the_classes_of_the_saved_network(results, tmp_path):
    import keras
    from PIL import Image

    from mnist_helpers import artifacts, datasets, models

    def ask(*names):
        return run_code(
            "import runpy, sys; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')",
            *(ROOT / "examples" / "classify_pictures.py", *names),
            env={"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
        )

    done = ask("dark.png")
    assert done.returncode == 1 and "run notebook 13" in done.stderr
    for shade, name in ((0, "dark"), (255, "light")):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        picture = Image.new("RGB", (60, 40), (shade,) * 3)
        for number in range(4):
            picture.save(tmp_path / "pictures" / name / f"{number}.png")
        picture.save(tmp_path / f"{name}.png")
    pictures = datasets.folder.load(tmp_path / "pictures", (16, 16, 3))
    keras.utils.set_random_seed(0)
    model = models.build_cnn((16, 16, 3), 2)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(datasets.scale(pictures.images), pictures.labels, epochs=20, verbose=0)
    with artifacts.saving({}, pictures.source, kind="pictures") as folder:
        model.save(folder / artifacts.MODEL)
    run = artifacts.newest_run("pictures")
    assert run.classes == ("dark", "light") and run.trained_on == "pictures"
    (tmp_path / "notes.txt").write_text("no picture")
    done = ask("dark.png", "notes.txt", "gone.png", "light.png")
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[0].startswith("dark.png: dark, with ") and "no picture of a kind" in told[1]
    assert told[2].startswith("gone.png: ") and told[3].startswith("light.png: light, with ")

"""The page of the closing project: its script does what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PAGE = (Path(__file__).parents[2] / "docs" / "project.md").read_text("utf-8")
(SCRIPT,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

RUNNER = """
import sys
script, *names = sys.argv[1:]
for name in names:
    sys.argv = ["script", name]
    try:
        exec(script)
    except SystemExit as ended:
        print(ended)
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the script says to a light picture, a dark grey one, a text and nothing."""
    import keras

    folder = tmp_path_factory.mktemp("project")
    brightness = keras.layers.Dense(2, activation="softmax")
    network = [keras.Input((64, 64, 3)), keras.layers.GlobalAveragePooling2D(), brightness]
    model = keras.Sequential(network)
    brightness.set_weights([np.array([[9, -9]] * 3), np.array([-13, 13])])  # light: a cat
    model.save(folder / "my_model.keras")
    Image.new("RGB", (90, 50), "white").save(folder / "light.png")
    Image.new("L", (40, 80), 20).save(folder / "dark.jpg")
    (folder / "text.jpg").write_text("no picture", encoding="utf-8")
    shown = ("light.png", "dark.jpg", "text.jpg", "nowhere.png")
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, SCRIPT, *shown],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_script_names_pictures_of_any_size_and_mode(answers):
    assert answers[0] == "cat (100%)" and answers[1] == "dog (100%)"


def test_the_script_refuses_what_is_no_picture(answers):
    assert answers[2].startswith("text.jpg is no picture that can be read")
    assert answers[3].startswith("nowhere.png is no picture that can be read")


def test_the_points_are_a_hundred():
    points = [int(number) for number in re.findall(r"^\| [A-Z]\w+ \| (\d+) \|", PAGE, re.MULTILINE)]
    assert len(points) == 6 and sum(points) == 100


def test_the_script_is_as_short_as_it_is_said():
    assert len(SCRIPT.splitlines()) <= 30

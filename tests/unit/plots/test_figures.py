"""Figures are tested by the data they plot."""

import itertools
import math

import keras
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer

from mnist_helpers import evaluation, models, plots
from mnist_helpers.datasets import fashion_mnist
from mnist_helpers.plots import figures

HISTORY = {
    "accuracy": [0.90, 0.95],
    "val_accuracy": [0.93, 0.94],
    "loss": [0.3, 0.1],
    "val_loss": [0.2, 0.15],
}


def test_showing_gives_a_picture_with_alternative_text_and_updates_it(monkeypatch):
    shown = []
    monkeypatch.setattr(figures, "display", lambda *a, **k: shown.append((a, k)))
    plot = plots.bars({"a": 1}, "things", "One bar.")
    handle = plot.show()
    plot.show(handle)
    (first, update) = shown
    assert first[0][0]["image/png"].startswith("iVBOR")
    assert first[1]["metadata"]["image/png"]["alt"] == first[0][0]["text/plain"] == "One bar."
    assert not first[1]["update"] and update[1]["update"]
    assert first[1]["display_id"] == update[1]["display_id"]


def test_image_grid():
    images = [np.full((4, 4), value) for value in range(3)]
    figure, caption, *_ = plots.image_grid(images, ["a", "b", "c"], "Three.", columns=2)
    assert caption == "Three."
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c"]
    for drawn, image, title in zip(ax.images, images, ax.texts, strict=True):
        assert np.array_equal(drawn.get_array(), image)
        left, right, bottom, top = drawn.get_extent()
        assert right - left == pytest.approx(bottom - top)  # a square stays one
        assert title.get_position()[0] == pytest.approx((left + right) / 2)
    first, second, third = (drawn.get_extent() for drawn in ax.images)
    assert first[1] < second[0] and third[0] == first[0] and third[3] > first[2]


def test_bars():
    figure, *_ = plots.bars({"slow": 10, "fast": 0.5}, "seconds", "c", form="{:.1f}", log=True)
    (ax,) = figure.axes
    (drawn,) = [c for c in ax.containers if isinstance(c, BarContainer)]
    assert [bar.get_width() for bar in drawn] == [10, 0.5]
    assert [text.get_text() for text in ax.texts] == ["10.0", "0.5"]
    assert ax.get_xscale() == "log" and ax.get_xlabel() == "seconds"


def test_predictions_mark_the_answer_by_colour_and_by_more():
    rows = np.eye(10)[[3, 7]] * 0.9 + 0.01
    figure, *_ = plots.predictions(np.zeros((2, 28, 28)), rows, "c")
    assert [figure.axes[n].get_title() for n in (0, 1)] == ["3 with 91.0%", "7 with 91.0%"]
    for ax, row in zip(figure.axes[2:], rows, strict=True):
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(row)
        orange = [to_hex(bar.get_facecolor()).upper() == figures.ORANGE for bar in ax.patches]
        assert orange == [p == row.max() for p in row]


def test_predictions_of_other_classes_carry_their_names():
    names = fashion_mnist.DESCRIPTION.classes
    rows = np.eye(10)[[9]]
    figure, *_ = plots.predictions(np.zeros((1, 32, 32, 3)), rows, "c", None, names, "garment")
    assert figure.axes[0].get_title() == "Ankle boot with 100.0%"
    assert [text.get_text() for text in figure.axes[1].get_xticklabels()] == list(names)
    assert figure.axes[1].get_xlabel() == "garment"


def test_training_curves_plot_the_history_in_two_panels():
    within = {"epoch": [0.5, 1.5], "accuracy": [0.8, 0.94], "loss": [0.6, 0.2]}
    figure, caption, *_ = plots.training_curves(HISTORY, 5, within, "epoch 3 of 5")
    for ax, name in zip(figure.axes, ("accuracy", "loss"), strict=True):
        running, training, validation = ax.lines
        assert list(running.get_ydata()) == within[name]
        assert list(training.get_xdata()) == [1, 2]
        assert list(training.get_ydata()) == HISTORY[name]
        assert list(validation.get_ydata()) == HISTORY[f"val_{name}"]
        assert training.get_marker() != validation.get_marker()
        assert training.get_linestyle() != validation.get_linestyle()
        assert {text.get_text() for text in ax.texts} == {"training", "validation"}
    assert figure.get_suptitle() == "epoch 3 of 5"
    assert "training accuracy 95.00%" in caption and "validation loss 0.1500" in caption


def test_no_line_joins_the_running_averages_of_two_epochs():
    within = {"epoch": [0.5, 1, math.nan, 1.5], "loss": [0.6, 0.3, math.nan, 0.2]}
    figure, *_ = plots.training_curves({"loss": [0.3]}, 2, within)
    running, *_ = figure.axes[0].lines
    assert np.isnan(running.get_xdata()[2]) and np.isnan(running.get_ydata()[2])


@pytest.mark.parametrize("level", [0.08, 0.5, 0.999])
def test_two_flat_curves_look_flat(level):
    """No axis is stretched until a difference of less than a point fills it."""
    flat = {"accuracy": [level, level + 0.001], "val_accuracy": [level - 0.002, level]}
    flat |= {"loss": [2.31, 2.30], "val_loss": [2.32, 2.31]}
    figure, *_ = plots.training_curves(flat, 2)
    for ax in figure.axes:
        low, high = ax.get_ylim()
        shown = [value for line in ax.lines for value in line.get_ydata()]
        assert low <= min(shown) and max(shown) <= high
        assert np.ptp(shown) < 0.12 * (high - low)
    assert figure.axes[1].get_ylim()[0] <= 0 < figure.axes[1].get_ylim()[1]


def test_a_loss_that_is_not_finite_does_not_break_the_axis():
    figure, *_ = plots.training_curves({"loss": [0.5, math.nan]}, 2)
    assert all(map(math.isfinite, figure.axes[0].get_ylim()))


def test_losses_of_several_trainings_have_one_scale():
    other = {"loss": [2.0, 1.0, 0.1], "val_loss": [2.1, 1.5, 1.4]}
    figure, caption, *_ = plots.losses({"first": HISTORY, "second": other}, top=2.2)
    assert [ax.get_title("left") for ax in figure.axes] == ["first", "second"]
    for ax, history in zip(figure.axes, (HISTORY, other), strict=True):
        training, validation = ax.lines
        assert list(training.get_ydata()) == history["loss"]
        assert list(validation.get_ydata()) == history["val_loss"]
        assert list(training.get_xdata()) == list(range(1, len(history["loss"]) + 1))
        assert training.get_marker() != validation.get_marker()
        assert training.get_linestyle() != validation.get_linestyle()
        assert ax.get_ylim() == (pytest.approx(-0.088), 2.2)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]
    assert "first: training 0.100, validation 0.150; second" in caption


def test_training_curves_before_the_first_epoch_is_complete():
    figure, *_ = plots.training_curves({}, 5, {"epoch": []}, "starting")
    assert len(figure.axes) == 2 and not any(ax.lines for ax in figure.axes)


@pytest.mark.parametrize(
    ("metrics", "titles"),
    [
        (["loss"], ["loss (cross-entropy)"]),
        (["loss", "mae"], ["mae", "loss (cross-entropy)"]),
        (
            ["accuracy", "loss", "top_k_categorical_accuracy"],
            ["accuracy", "top_k_categorical_accuracy", "loss (cross-entropy)"],
        ),
    ],
)
def test_training_curves_have_a_panel_for_each_metric_that_there_is(metrics, titles):
    history = {name: [0.5, 0.4] for name in metrics}
    figure, caption, *_ = plots.training_curves(history, 2, {"epoch": [0.5], "loss": [0.7]})
    assert [ax.get_title("left") for ax in figure.axes] == titles
    assert all(name in caption for name in metrics)


def test_training_curves_without_validation():
    figure, caption, *_ = plots.training_curves({"accuracy": [0.9], "loss": [0.3]}, 1)
    assert len(figure.axes[0].lines) == 1 and "validation" not in caption


def test_confusion_writes_every_count_and_names_the_commonest_mistake():
    counts = np.diag(np.full(10, 90))
    counts[4, 9] = 7
    figure, caption, *_ = plots.confusion(counts)
    assert figure.axes[0].images[0].get_array()[4, 9] == 7
    assert figure.axes[0].images[0].get_array()[4, 4] == 0, "only mistakes carry the colour"
    assert [text.get_text() for text in figure.axes[0].texts].count("90") == 10
    assert "900 of 907" in caption and "a 4 taken for a 9 (7 times)" in caption


def test_confusion_without_mistakes_names_none():
    _, caption, *_ = plots.confusion(np.diag(np.full(10, 9)))
    assert caption == "90 of 90 images lie on the diagonal; there is no mistake."


def test_confusion_of_other_classes_carries_their_names():
    counts = np.array([[5, 2, 0], [0, 5, 0], [0, 0, 5]])
    figure, caption, *_ = plots.confusion(counts, ("cat", "dog", "owl"), "animal")
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["cat", "dog", "owl"]
    assert ax.get_ylabel() == "true animal"
    assert "a cat taken for a dog (2 times)" in caption


def accuracies(*values):
    return [evaluation.Accuracy(v, v - 0.1, v + 0.05, 100) for v in values]


def test_calibration():
    good, bad = accuracies(0.8, 0.3)
    measured = evaluation.Calibration(np.array([0.5, 0.9]), (bad, good), 0.075)
    figure, caption, *_ = plots.calibration(measured)
    (ax,) = figure.axes
    _, points, *_ = ax.lines
    assert list(points.get_xdata()) == [0.5, 0.9] and list(points.get_ydata()) == [0.3, 0.8]
    (ends,) = (bar.get_segments() for bar in ax.collections)
    assert ends[0][:, 1] == pytest.approx([0.2, 0.35])
    assert "100 images, claims 50.0%" in caption and "7.50 percentage points" in caption


def test_no_line_strikes_through_the_words_beside_the_calibration():
    measured = evaluation.Calibration(np.array([0.9]), tuple(accuracies(0.8)), 0.1)
    figure, *_ = plots.calibration(measured)
    figure.draw_without_rendering()
    (ax,) = figure.axes
    assert len(ax.texts) == 3
    for text in ax.texts:
        assert text.get_window_extent().x0 > ax.get_window_extent().x1


def test_robustness_is_compared_at_one_change():
    start, middle, end = accuracies(1.0, 0.8, 0.2)
    results = {"blur": {0.0: start, 0.2: end}, "shift": {0.0: start, 0.1: middle, 0.3: end}}
    figure, caption, *_ = plots.robustness(results, at=0.1)
    (ax,) = figure.axes
    at, *curves = ax.lines
    assert list(at.get_xdata()) == [0.1, 0.1]
    assert [list(line.get_xdata()) for line in curves] == [[0.0, 0.2], [0.0, 0.1, 0.3]]
    assert [list(line.get_ydata()) for line in curves] == [[1.0, 0.2], [1.0, 0.8, 0.2]]
    assert len({line.get_marker() for line in curves}) == 2
    assert len({line.get_linestyle() for line in curves}) == 2
    assert {text.get_text() for text in ax.texts} == {"blur", "shift"}
    assert caption.endswith("shift 80%, blur 60%.") and "10%" in caption


def test_labels_of_close_ends_give_way_to_each_other():
    start, upper, lower = accuracies(1.0, 0.8, 0.75)
    results = {"a": {0.0: start, 0.2: upper}, "b": {0.0: start, 0.21: lower}}
    figure, *_ = plots.robustness(results, at=0.1)
    figure.draw_without_rendering()
    first, second = (text.get_window_extent() for text in figure.axes[0].texts)
    assert not first.overlaps(second)


def test_kernels_stand_beside_their_maps():
    kernels = np.zeros((3, 3, 3))
    kernels[:, 0, 0], kernels[:, 2, 0] = -2, 2
    maps = np.zeros((6, 6, 3))
    maps[0, 0, 0], maps[5, 5, 1] = 4, 2
    figure, caption, *_ = plots.kernels(kernels, maps, columns=2)
    drawn = figure.axes[0].images[0].get_array()
    assert drawn.shape == (2 * 6 + 1, 2 * 13 + 1)
    assert drawn[0, :6].tolist() == [0, 0, 0.5, 0.5, 1, 1], "black, grey, white"
    assert drawn[0, 7] == 1 and drawn[1, 7] == 0, "the first map"
    assert drawn[5, -1] == 0.5, "the second map, in the greys of the first"
    assert (drawn[7:, :6] == 0.5).all(), "a kernel of zeros is grey"
    assert caption.startswith("3 kernels")


def test_feature_maps_have_greys_of_their_own():
    maps = np.zeros((4, 4, 3))
    maps[0, 0, 0], maps[3, 3, 1] = 4, 2
    figure, caption, *_ = plots.feature_maps(maps, "Three.", columns=3)
    drawn = figure.axes[0].images[0].get_array()
    assert drawn.shape == (4, 14) and drawn[0, 0] == drawn[3, 8] == 1
    assert (drawn[:, 10:] == 0).all() and caption == "Three."


def test_architecture_names_every_layer_shape_and_count():
    figure, caption, *_ = plots.architecture(models.build_cnn())
    texts = " ".join(text.get_text() for text in figure.axes[0].texts).replace("\n", " ")
    for part in (
        "1 map 28×28",
        "32 maps 26×26 320 parameters",
        "64 maps 11×11 18,496 parameters",
        "1,600 numbers",
        "64 numbers 102,464 parameters",
        "10 numbers 650 parameters",
    ):
        assert part in texts
    assert "121,930" in caption and "5×5" in caption and "from 1 to 64" in caption


def test_architecture_draws_a_square_for_so_many_maps_as_the_caption_says():
    figure, caption, *_ = plots.architecture(models.build_cnn())
    assert caption.startswith("A square stands for 8 maps (the input is one map), a bar for")
    squares = [patch for patch in figure.axes[0].patches if patch.get_width() > 0.05]
    widths = [round(patch.get_width(), 3) for patch in squares]
    counts = [len(list(group)) for _, group in itertools.groupby(widths)]
    assert counts == [1, 32 // 8, 32 // 8, 64 // 8, 64 // 8, 3]  # at last three bars
    parts = [keras.Input((9, 9, 1)), keras.layers.Conv2D(5, 3), keras.layers.Flatten()]
    _, caption, *_ = plots.architecture(keras.Sequential(parts))
    assert caption.startswith("A square stands for 1 map, a bar for")


def test_table():
    text = plots.table({"epoch": [1, 2], "name": ["a", "b"]}).data
    assert text.splitlines()[1:3] == ["| ---: | :--- |", "| 1 | a |"]


@pytest.mark.parametrize("number", ["-1.5", "+3", "−0.2", ".5", -7, 1e-9, "99%", "12 s"])
def test_numbers_stand_to_the_right_whatever_their_sign(number):
    assert plots.table({"x": [number]}).data.splitlines()[1] == "| ---: |"


def test_a_column_of_numbers_and_words_stands_to_the_left():
    assert plots.table({"x": [1, "none"]}).data.splitlines()[1] == "| :--- |"


def test_a_bar_or_a_new_line_in_a_cell_does_not_break_the_row():
    rows = plots.table({"a|b": ["x|y", "two\nlines"], "c": [1, 2]}).data.splitlines()
    assert rows[0] == "| a\\|b | c |"
    assert rows[2:] == ["| x\\|y | 1 |", "| two lines | 2 |"]


def test_a_table_without_rows_has_its_head():
    assert plots.table({"a": [], "b": []}).data.splitlines() == ["| a | b |", "| :--- | :--- |"]


def test_pictures_in_colour_keep_more_colours_in_the_file():
    grey, colour = (
        plots.image_grid([np.zeros(shape)], [], "c", 1) for shape in ((9, 9), (9, 9, 3))
    )
    assert colour.colours > grey.colours


def test_image_grid_keeps_files_of_photos_small():
    sides = ((28, 28), (360, 480))
    small, large = (plots.image_grid([np.eye(*side)], [], "c", 1).figure for side in sides)
    assert large.dpi < small.dpi
    assert 0.7 < large.get_figheight() / small.get_figheight() < 0.8

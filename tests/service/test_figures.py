from mnist_helpers import serve


def test_comparison_draws_a_panel_for_each_measure_and_a_bar_for_each_name():
    measures = {"size (MB)": [1.0, 2.0], "time (ms)": [0.123, 4567.0]}
    figure, caption, *_ = serve.comparison(("old", "new"), measures, "Compared.")
    assert caption == "Compared."
    for ax, (name, values) in zip(figure.axes, measures.items(), strict=False):
        assert ax.get_title("left") == name
        assert [bar.get_width() for bar in ax.patches] == values
    assert [text.get_text() for text in figure.axes[1].texts] == ["0.123", "4,567"]

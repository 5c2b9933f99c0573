from mnist_helpers import serve


def test_latencies_draw_each_time_and_mark_p50_and_p90():
    times = {"slow": [float(n) for n in range(1, 102)], "quick": [0.125] * 30}
    figure, caption, *_ = serve.latencies(times, "Compared.")
    assert caption == "Compared."
    ax = figure.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(times)
    dots, marks = ax.lines[0::3], [ax.lines[1::3], ax.lines[2::3]]
    assert [list(drawn.get_xdata()) for drawn in dots] == list(times.values())
    assert [[line.get_xdata()[0] for line in each] for each in marks] == [[51, 0.125], [91, 0.125]]
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines[:3]}) == 3
    assert [text.get_text() for text in ax.texts] == [
        "p50 51 ms",
        "p90 91 ms",
        "p50 0.12 ms",
        "p90 0.12 ms",
    ]
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first is on top"

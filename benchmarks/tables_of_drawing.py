"""The table of how fast the page `look inside` answers a drawing; every number is computed."""

from tables import _joined, _measured, _table

from mnist_helpers.play import networks


def drawing(result: dict) -> str:
    """Show for each network how many drawings a second are computed and shown."""
    rows = [
        (
            networks.SHIPPED[trial["network"]][0],
            f"{trial['per_second']:.0f}",
            *(f"{trial[name]:.0f} ms" for name in ("p50_ms", "p95_ms", "cpu_ms")),
        )
        for trial in result["trials"]
    ]
    head = (
        *("network", "drawings a second", "median", "95 of 100 within"),
        "processor time of one",
    )
    version = result["trials"][0]["browser"]
    return _joined(_measured(result, f"Chromium {version}"), _table(head, rows))

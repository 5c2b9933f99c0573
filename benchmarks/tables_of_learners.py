"""Tables of what each learner takes of a computer that a class shares; every number is computed."""

from tables import _joined, _measured, _of, _table

CLASS = 30


def learners(result: dict) -> str:
    """Show what each notebook takes, and what several learners take at the same time."""
    rows = [
        (
            _title(trial["name"]),
            f"{trial['memory_mb']:,.0f} MB",
            f"{trial['processor_s']:.0f} s",
            f"{trial['results_mb']:.1f} MB",
        )
        for trial in _of(result, measure="notebook")
    ]
    head = ("notebook", "peak memory of its kernel", "processor time", "results on disk")
    return _joined(_measured(result), _table(head, rows), together(result), sums(result))


def together(result: dict) -> str:
    """Show what several learners take who run the same notebook at the same time."""
    alone, *several = _together(result)
    rows = [
        (
            str(trial["learners"]),
            f"{trial['memory_mb']:,.0f} MB",
            f"{_each(alone, trial):,.0f} MB" if trial is not alone else "–",
            f"{trial['processor_s']:.0f} s",
        )
        for trial in (alone, *several)
    ]
    head = (
        f"learners who run {_title(alone['name'])} at the same time",
        "peak memory of their kernels",
        "for each one more",
        "processor time for each",
    )
    return _table(head, rows)


def sums(result: dict) -> str:
    """Say in a sentence what a class needs, computed from what a few learners took."""
    alone, *_, most = _together(result)
    (lab,) = _of(result, measure="JupyterLab")
    each, first = _each(alone, most), alone["memory_mb"]
    memory = CLASS * lab["memory_mb"] + first + (CLASS - 1) * each
    work = CLASS * most["processor_s"]
    parts = f"{CLASS} × {lab['memory_mb']:.0f} MB + {first:,.0f} MB + {CLASS - 1} × {each:,.0f} MB"
    return (
        f"JupyterLab itself takes {lab['memory_mb']:.0f} MB for each learner. So {CLASS} learners "
        f"who train at the same time need {parts} = **{memory / 1000:.0f} GB of memory**, and "
        f"{work:,.0f} s on the processor: {work / 8:.0f} s with 8 cores, {work / 16:.0f} s with "
        f"16. This is computed from what {most['learners']} learners took, and was not tried with "
        f"{CLASS}."
    )


def _together(result: dict) -> list[dict]:
    """Return the trials of one notebook, by the number of learners."""
    several = _of(result, measure="together")
    (alone,) = _of(result, measure="notebook", name=several[0]["name"])
    return [alone, *several]


def _each(alone: dict, several: dict) -> float:
    """Return what each learner after the first one adds to the memory."""
    return (several["memory_mb"] - alone["memory_mb"]) / (several["learners"] - 1)


def _title(name: str) -> str:
    number, _, words = name.partition("_")
    return f"{number} {words.replace('_', ' ').capitalize()}"

"""The exercises of notebook 10: what a change can save, unfair races, multiplications, XLA."""

from typing import Any

from mnist_helpers.exercises import lettered, speed
from mnist_helpers.exercises.core import Exercise, Wrong, as_number, as_parts

# Seconds of the training in 10.1, and what is asked about it.
PROFILE = {"building and compiling": 2, "steps": 30, "validation": 8}
WHOLE = sum(PROFILE.values())
ASKED = ("no_validation", "steps_twice_as_fast", "no_compiling")
LEFT = (32, 25, 38)  # seconds, by question


def _times_as_fast(answer: Any) -> None:
    parts = as_parts(answer)
    if parts is None or len(parts) != len(ASKED):
        raise Wrong("Leave the last line as it was: it passes a list of your three answers.")
    for name, part, left in zip(ASKED, parts, LEFT, strict=True):
        given, right = as_number(part), WHOLE / left
        if abs(given - right) <= 0.006:
            continue
        typical = {
            float(left): "these are the seconds that are left; how many times do they go into "
            f"{WHOLE}?",
            float(WHOLE - left): "these are the seconds that are saved; divide the whole time by "
            "what is left.",
            left / WHOLE: "this is the share of the time that is left; the other way round, "
            f"{WHOLE} divided by it.",
            (WHOLE - left) / WHOLE: "this is the share of the time that is saved; divide the whole "
            "time by what is left.",
            WHOLE / (WHOLE - left): "this divides by the seconds that are saved; divide by those "
            "that are left.",
        }
        if name == "steps_twice_as_fast":
            typical |= {
                2.0: "only the steps get twice as fast; the other parts take as long as before.",
                WHOLE / (WHOLE - PROFILE["steps"]): "this takes all of the steps away; they take "
                "half of their time.",
            }
        value = min(typical, key=lambda value: abs(given - value))
        reply = "how many seconds are left then? Divide the whole time by them."
        if abs(given - value) <= 0.006:
            reply = typical[value]
        raise Wrong(f"`{name}` is not {given:.4g}: {reply}")


KINDS = FAIR, COMPILING, IMPORTS, BEST, ACCURACY = (
    "fair",
    "compiling",
    "imports",
    "best",
    "accuracy",
)
WHAT_IS_WRONG = {"A": COMPILING, "B": BEST, "C": FAIR, "D": ACCURACY, "E": IMPORTS}
# Race → what a wrong answer to it has overlooked.
OVERLOOKED = {
    "A": "the first `fit` of a network prepares what the second one need not",
    "B": "count the numbers to choose from, on each side",
    "C": "the epochs belong to the recipes; time, accuracy and seeds are measured alike",
    "D": "look at what the faster one has lost",
    "E": "look where the clock starts, on each side",
}


def _races(answer: Any) -> None:
    against = {(letter, kind): OVERLOOKED[letter] for letter in OVERLOOKED for kind in KINDS}
    lettered.check_words(lettered.as_words(answer, KINDS), WHAT_IS_WRONG, against)


EXERCISES = (
    Exercise(
        name="10.1",
        task="What can a change save at most?",
        check=_times_as_fast,
        right="The largest part is the one to work on. Even compiling in no time at all would "
        "save little here.",
        hints=(
            "How many seconds does the whole training take now?",
            "How many are left after the change? Divide the first number by the second.",
            "Steps that are twice as fast take 15 s in place of 30 s.",
        ),
        code="""no_validation = 40 / 32
steps_twice_as_fast = 40 / 25
no_compiling = 40 / 38""",
        reasoning="All of it takes 40 s. Without validation 32 s are left, 40 / 32 = 1.25. With "
        "steps twice as fast 25 s, 40 / 25 = 1.6. Without building and compiling 38 s, 40 / 38 = "
        "1.05.",
    ),
    Exercise(
        name="10.2",
        task="Find the unfair races",
        check=_races,
        right="The same clock, the same accuracy, and as many tries on both sides: then a race is "
        "worth reading.",
        hints=(
            "For each race: what does the clock count on the one side, and what on the other?",
            "Then: how many trainings stand behind each number?",
            "One recipe may have fewer epochs than another. That is what makes it faster.",
        ),
        code="""races = {
    "A": "compiling",
    "B": "best",
    "C": "fair",
    "D": "accuracy",
    "E": "imports",
}""",
        reasoning="In A only their time has the compiling in it. B compares the luckiest of ten "
        "with a mean. D is faster at something easier. In E imports count on one side only. C "
        "changes the epochs, in the open, and measures everything alike.",
    ),
    Exercise(
        name="10.3",
        task="Count the multiplications",
        check=speed.check_count,
        right="It counts work, not seconds: kernels of another shape may suit the processor better "
        "or worse.",
        hints=(
            "At how many places does a kernel lie? Along the height there are `height - side + 1`.",
            "At each place, one kernel multiplies side × side pixels in each channel.",
            "And there are `filters` kernels.",
        ),
        code="""def count_multiplications(height, width, channels, side, filters):
    places = (height - side + 1) * (width - side + 1)
    return places * side * side * channels * filters""",
        reasoning="A kernel lies at (height − side + 1) × (width − side + 1) places. At each of "
        "them it multiplies side × side × channels numbers; and there are several kernels.",
    ),
    Exercise(
        name="10.4",
        task="When does compiling pay?",
        check=speed.check_needed,
        right="What is paid once pays off only if there is enough of what it makes cheaper.",
        hints=(
            "An image saves `before - after` microseconds. What if that is 0, or less?",
            "The compiling takes `extra * 1_000_000` microseconds more. Compute in microseconds: "
            "with tiny fractions of a second, rounding can make it one image too many.",
            "Divide, and round up: `np.ceil`, or `math.ceil`.",
        ),
        code="""def images_needed(extra, before, after):
    saved = before - after
    if saved <= 0:
        return None
    return int(np.ceil(extra * 1_000_000 / saved))""",
        reasoning="Each image saves before − after. After n images the compiling is paid if n × "
        "saved is at least extra. If nothing is saved, that never happens.",
    ),
)

"""The exercises of notebook 03: reading curves, one step of a dense layer, a learning rate."""

import numpy as np
from scipy.special import softmax

from mnist_helpers.exercises.core import (
    Exercise,
    Wrong,
    as_array,
    as_choice,
    as_function,
    as_number,
    call,
    short,
)

KINDS = FINE, OVER, UNDER, TOO_LARGE = (
    "fine",
    "overfitting",
    "underfitting",
    "learning rate too large",
)


def _losses(training: str, validation: str) -> dict[str, list[float]]:
    return {
        "loss": [float(value) for value in training.split()],
        "val_loss": [float(value) for value in validation.split()],
    }


# Four trainings on MNIST, the losses after each epoch. A: a dense layer, 20,000 images. B: the
# same layer, 5,000 images, gradient descent with rate 1.5. C: the network of notebook 02, 10,000
# images. D: the same network, 300 images.
CURVES = {
    "A": _losses(
        "1.089 0.524 0.422 0.375 0.347 0.328 0.314 0.303 0.294 0.287",
        "0.631 0.469 0.406 0.373 0.352 0.337 0.327 0.319 0.313 0.308",
    ),
    "B": _losses(
        "1.112 0.929 1.890 0.715 0.601 0.304 0.220 0.307 0.435 1.061",
        "1.270 1.134 2.147 1.001 0.924 0.615 0.550 0.664 0.830 1.568",
    ),
    "C": _losses("0.577 0.140 0.093 0.066 0.050", "0.183 0.126 0.105 0.091 0.088"),
    "D": _losses(
        "2.110 1.069 0.596 0.419 0.208 0.122 0.059 0.038 0.014 0.008 "
        "0.005 0.004 0.003 0.002 0.002 0.002 0.001 0.001 0.001 0.001",
        "1.545 0.825 0.558 0.439 0.375 0.351 0.349 0.310 0.328 0.331 "
        "0.338 0.350 0.352 0.356 0.361 0.366 0.371 0.375 0.379 0.383",
    ),
}
WHAT_THEY_ARE = {"A": UNDER, "B": TOO_LARGE, "C": FINE, "D": OVER}
# (What it is, what was answered) → what speaks against the answer.
AGAINST = {
    (UNDER, OVER): "the two losses lie close together to the end; overfitting parts them",
    (UNDER, TOO_LARGE): "both losses fall smoothly; with steps too large they jump",
    (UNDER, FINE): "look at the height: a training loss near 0.3 is far from that in C",
    (
        TOO_LARGE,
        UNDER,
    ): "the losses jump; a model that is too simple gives smooth curves",
    (
        TOO_LARGE,
        OVER,
    ): "the training loss jumps, too; overfitting brings it to 0",
    (TOO_LARGE, FINE): "the losses jump from epoch to epoch instead of falling",
    (FINE, OVER): "the validation loss falls in every epoch; a small gap alone is no overfitting",
    (FINE, UNDER): "both losses are low, and lower than in A and B by far",
    (FINE, TOO_LARGE): "both losses fall in every epoch, without a jump",
    (OVER, UNDER): "the training loss goes to 0; a model that is too simple cannot do that",
    (OVER, TOO_LARGE): "both curves are smooth; with steps too large they jump",
    (OVER, FINE): "the validation loss rises in the second half, while the training loss is near 0",
}


def _kinds(answer: object) -> None:
    given = _by_panel(answer)
    wrong = {panel: kind for panel, kind in given.items() if kind != WHAT_THEY_ARE[panel]}
    if wrong:
        panel, kind = next(iter(wrong.items()))
        right = len(given) - len(wrong)
        raise Wrong(
            f'{right} of 4 are right. {panel} is not "{kind}": '
            f"{AGAINST[WHAT_THEY_ARE[panel], kind]}."
        )


def _by_panel(answer: object) -> dict[str, str]:
    """Read panel → kind, from a dictionary or, in the order of the panels, a list."""
    if isinstance(answer, dict):
        found = {str(panel).strip().upper(): kind for panel, kind in answer.items()}
    elif isinstance(answer, list | tuple | np.ndarray) and not _is_nested(answer):
        if len(answer) != len(CURVES):
            raise Wrong(f"There are four panels, and your list has {len(answer)} entries.")
        found = dict(zip(CURVES, answer, strict=True))
    else:
        raise Wrong(f"The answer is a dictionary, one kind for each panel, not {short(answer)}.")
    if set(found) != set(CURVES):
        raise Wrong(f"The panels are A, B, C and D; your answer has {short(list(found))}.")
    return {panel: as_choice(found[panel], KINDS) for panel in CURVES}


def _is_nested(answer: list | tuple | np.ndarray) -> bool:
    if isinstance(answer, np.ndarray):
        return answer.ndim != 1
    return any(isinstance(part, list | tuple | np.ndarray) for part in answer)


def _one_step(answer: object) -> None:
    function = as_function(answer)
    # No rate is one half: a gradient doubled by mistake would look like a rate of 1.
    for seed, count, rate in ((0, 6, 0.3), (1, 9, 0.1)):
        random = np.random.default_rng(seed)
        pixels, weights = random.random((count, 7)), random.normal(size=(7, 10))
        labels = random.integers(0, 10, count)
        try:
            given = call(function, weights, pixels, labels, rate)
        except Wrong as wrong:
            if not any(word in str(wrong) for word in ("mismatch", "broadcast", "aligned")):
                raise
            raise Wrong(
                f"Shapes do not fit together. Here `pixels` has the shape {pixels.shape}, "
                f"`weights` {weights.shape}, errors {(count, 10)}, and the gradient "
                "has to get that of `weights`. `.T` exchanges rows and columns."
            ) from None
        _compare(given, weights, pixels, labels, rate)


def _compare(
    given: object, weights: np.ndarray, pixels: np.ndarray, labels: np.ndarray, rate: float
) -> None:
    targets = np.eye(weights.shape[1])[labels]
    scores = pixels @ weights
    gradient = pixels.T @ (softmax(scores, axis=1) - targets) / len(pixels)
    found = as_array(given)
    if found.shape == weights.T.shape:
        raise Wrong("The new weights stand on their side: it is `pixels.T @ errors`.")
    found = as_array(given, weights.shape)
    down_the_columns = pixels.T @ (softmax(scores, axis=0) - targets) / len(pixels)
    over_all = pixels.T @ (softmax(scores) - targets) / len(pixels)
    without_softmax = pixels.T @ (scores - targets) / len(pixels)
    typical = {
        "These are the old weights: the step is missing.": weights,
        "This step goes uphill: the weights move *against* the gradient, so with a minus.": weights
        + rate * gradient,
        f"This step is {len(pixels)} times too long for {len(pixels)} images: the gradient is the "
        "mean over the images, not the sum.": weights - rate * len(pixels) * gradient,
        "This is the gradient; the new weights are asked for.": gradient,
        "This is the change; the new weights are the old ones plus the change.": -rate * gradient,
        "The learning rate is missing: this step has a rate of 1.": weights - gradient,
        "Softmax has to go along each row (`axis=1`), over the ten digits of one image.": weights
        - rate * down_the_columns,
        "Softmax ran over all images at once: `axis=1` is missing.": weights - rate * over_all,
        "Divide by the number of images, not by that of the digits.": weights
        - rate * gradient * len(pixels) / weights.shape[1],
        "Softmax is missing: an error is a *probability* minus a target.": weights
        - rate * without_softmax,
        "The targets are missing: an error is probability minus target.": weights
        - rate * pixels.T @ softmax(scores, axis=1) / len(pixels),
    }
    if np.allclose(found, weights - rate * gradient, rtol=1e-4, atol=1e-5):
        return
    for reply, mistaken in typical.items():
        if np.allclose(found, mistaken, rtol=1e-4, atol=1e-5):
            raise Wrong(reply)
    wanted = weights - rate * gradient
    far = np.unravel_index(np.argmax(np.abs(found - wanted)), wanted.shape)
    raise Wrong(
        f"For {len(pixels)} images of 7 pixels and a rate of {rate:g}, the weight from pixel "
        f"{far[0]} to digit {far[1]} should become {wanted[far]:.4f}; yours becomes "
        f"{found[far]:.4f}."
    )


def _rate_at(answer: object) -> None:
    function = as_function(answer)

    def given(step: int, steps: int, peak: float) -> float:
        return as_number(call(function, step, steps, peak))

    for steps, peak in ((100, 0.5), (2150, 0.006), (40, 1.0)):
        top = steps // 10
        shown = f"with {steps:,} steps and a peak of {peak:g}"
        _near(given(top, steps, peak), peak, peak, f"At step {top}, a tenth of the way, {shown}")
        for step in (0, top // 2):
            found, wanted = given(step, steps, peak), peak * step / top
            if step == 0 and abs(found - peak) < 1e-6 * peak:
                raise Wrong(f"At step 0 your rate is {found:g} already: it has to warm up from 0.")
            _near(found, wanted, peak, f"At step {step}, while it warms up, {shown}")
        last = given(steps, steps, peak)
        if abs(last - peak) < 1e-6 * peak:
            raise Wrong(f"After the warm-up your rate stays at {peak:g}: it has to fall to 0.")
        _near(last, 0.0, peak, f"At the last step, {steps}, {shown}")
        for step in (top + 1, (top + steps) // 2, steps - 1):
            found, wanted = given(step, steps, peak), peak * (steps - step) / (steps - top)
            cosine = peak * (1 + np.cos(np.pi * (step - top) / (steps - top))) / 2
            is_bent = step == top + 1 and abs(found - cosine) < 1e-6 * peak < abs(found - wanted)
            if is_bent:
                raise Wrong("This falls along a cosine; a straight line is asked for here.")
            if step == top + 1 and abs(found - peak * (steps - step) / steps) < 1e-6 * peak:
                raise Wrong(
                    f"Your line falls from the peak at step 0, so that it jumps down after step "
                    f"{top}: let it begin at step {top}."
                )
            _near(found, wanted, peak, f"At step {step}, on the way down, {shown}")


def _near(found: float, wanted: float, peak: float, where: str) -> None:
    if abs(found - wanted) > 1e-6 * peak:
        raise Wrong(f"{where}, the rate should be {wanted:.6g}; yours is {found:.6g}.")


EXERCISES = (
    Exercise(
        name="03.1",
        task="Four sets of curves",
        check=_kinds,
        right="Look at the training loss first, at the distance second, at jumps third.",
        hints=(
            "Which panel has losses that go up and down? Its steps are too large.",
            "In which panels does the training loss come near 0? Only there has the model learned "
            "its images.",
            "Of those, in which does the validation loss rise again?",
        ),
        code="""kinds = {
    "A": "underfitting",
    "B": "learning rate too large",
    "C": "fine",
    "D": "overfitting",
}""",
        reasoning="A is a dense layer: both losses stay high and close together. B is the same "
        "layer with a learning rate of 1.5: it jumps. C is the network of notebook 2 with 10,000 "
        "images. D is the same network with 300: the training loss goes to 0, and the validation "
        "loss rises again.",
    ),
    Exercise(
        name="03.2",
        task="One step of a dense layer",
        check=_one_step,
        right="This is the whole of learning; `fit` does it some thousand times.",
        hints=(
            "Scores first: `pixels @ weights`; then `softmax(scores, axis=1)`.",
            "The errors are the probabilities, less 1 at the true digit of each image.",
            "The gradient is `pixels.T @ errors / len(pixels)`; the step goes against it.",
        ),
        code="""def one_step(weights, pixels, labels, learning_rate):
    errors = softmax(pixels @ weights, axis=1)
    for image, digit in enumerate(labels):
        errors[image, digit] -= 1
    gradient = pixels.T @ errors / len(pixels)
    return weights - learning_rate * gradient""",
        reasoning="A probability minus its target is the error. A weight's slope is the mean of "
        "pixel × error, and the product of the matrices computes it for all weights. The step goes "
        "against the slope, as long as the learning rate says.",
    ),
    Exercise(
        name="03.3",
        task="A learning rate by step",
        check=_rate_at,
        right="Up, then down: a schedule is a function of the step, and nothing more.",
        hints=(
            "The warm-up ends at `steps / 10`. Before it, the rate is a share of the peak.",
            "After it, count what is left: `steps - step` of `steps - warmup` steps.",
        ),
        code="""def rate_at(step, steps, peak):
    warmup = steps / 10
    if step < warmup:
        return peak * step / warmup
    return peak * (steps - step) / (steps - warmup)""",
        reasoning="While it warms up, the rate is the share step ÷ warmup of the peak. After that "
        "it is the share of steps that are left. Both give the peak where they meet.",
    ),
)

"""How a network is trained: optimiser, learning rate, batches, epochs (notebook 03)."""

import math
from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True)
class Recipe:
    """What `compile` and `fit` are told; `dataclasses.replace` makes a variant.

    Attributes:
        epochs: How often each image is seen.
        batch_size: Images in a step.
        peak: The highest learning rate, reached by a linear warm-up and left along a half cosine
            (Loshchilov and Hutter 2017, arXiv:1608.03983); None for Adam's constant default.
        steps_per_execution: Steps for each call from Python.
        warm_up: Share of the steps in which the learning rate rises to its peak.
        betas: How long Adam remembers slopes, and their sizes; these are Keras's.
        weight_decay: In each step every weight becomes smaller by this share times the rate
            (Loshchilov and Hutter 2019, arXiv:1711.05101); None leaves that out.
        dropout: Share of dropout, for `models.build_cnn`; compiling knows nothing of it.
    """

    epochs: int
    batch_size: int
    peak: float | None = None
    steps_per_execution: int = 1
    warm_up: float = 0.1
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float | None = None
    dropout: float = 0

    def schedule(self, images: int) -> keras.optimizers.schedules.LearningRateSchedule | None:
        """Return the learning rate by step for a number of training images, or None."""
        if self.peak is None:
            return None
        steps = self.epochs * math.ceil(images / self.batch_size)
        warm_up = int(self.warm_up * steps)
        return keras.optimizers.schedules.CosineDecay(
            0.0, steps - warm_up, warmup_target=self.peak, warmup_steps=warm_up
        )

    def compile_arguments(self, images: int) -> dict[str, Any]:
        """Return the arguments for `model.compile`, given the number of training images."""
        schedule = self.schedule(images)
        rate = [] if schedule is None else [schedule]
        beta_1, beta_2 = self.betas
        return {
            "optimizer": keras.optimizers.Adam(
                *rate, beta_1=beta_1, beta_2=beta_2, weight_decay=self.weight_decay
            ),
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
            "steps_per_execution": self.steps_per_execution,
        }

    def fit_arguments(self) -> dict[str, Any]:
        """Return the arguments for `model.fit`."""
        return {"batch_size": self.batch_size, "epochs": self.epochs}


# As the tutorial that this series reproduces has it.
REFERENCE = Recipe(epochs=5, batch_size=32)
# As notebook 03 has it. The peak was chosen on validation images, among others as good as it:
# docs/results.md.
SERIES = Recipe(epochs=5, batch_size=128, peak=6e-3, steps_per_execution=10)
# As benchmarks/tune_recipe.py found it, for the same epochs; notebook 12.
TUNED = Recipe(
    epochs=5,
    batch_size=131,
    peak=0.012,
    steps_per_execution=10,
    warm_up=0.37,
    weight_decay=1.7e-5,
    dropout=0.17,
)
# As the reader of handwriting is trained: mnist_helpers/reader.py.
READER = Recipe(epochs=12, batch_size=128, peak=6e-3, steps_per_execution=10)

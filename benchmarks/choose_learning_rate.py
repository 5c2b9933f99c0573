"""Choose the peak of notebook 03's learning rate by validation accuracy; no test set is read."""

import sys

import numpy as np

from mnist_helpers import data

EPOCHS, BATCH, PEAKS, SEEDS = 5, 128, (1e-3, 2e-3, 4e-3, 6e-3, 8e-3), (0, 1)


def main() -> None:
    """Train with each peak and each seed; print accuracy and loss on the validation images."""
    import keras

    from mnist_helpers import models

    if not data.find().is_mnist:
        sys.exit(f"This chooses on real MNIST, and here is: {data.find().note}")
    images, labels, val_images, val_labels = data.load_training()
    x, x_val = data.scale(images), data.scale(val_images)
    steps = EPOCHS * -(-len(x) // BATCH)
    for peak in PEAKS:
        results = []
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            schedule = keras.optimizers.schedules.CosineDecay(
                0.0, steps - steps // 10, warmup_target=peak, warmup_steps=steps // 10
            )
            model = models.build_cnn()
            model.compile(
                keras.optimizers.Adam(schedule),
                loss="sparse_categorical_crossentropy",
                metrics=["accuracy"],
            )
            model.fit(x, labels, BATCH, EPOCHS, verbose=0)
            results.append(model.evaluate(x_val, val_labels, BATCH, verbose=0))
        loss, accuracy = np.mean(results, axis=0)
        print(f"peak {peak}: validation accuracy {accuracy:.2%}, loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()

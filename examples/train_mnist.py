"""Train a network on MNIST, save it, and draw its losses: a start for a project of your own.

`python train_mnist.py` trains for five epochs, `python train_mnist.py 2` for two.
"""

import sys

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 5

# Load. The second pair is the test set: open it once, when all choices are made.
(images, labels), _ = keras.datasets.mnist.load_data()
images = images[..., np.newaxis].astype("float32") / 255  # (n, 28, 28, 1), from 0 to 1

# Split: a twelfth of the images, picked at random, is for validation.
order = np.random.default_rng(0).permutation(len(images))
val, train = np.split(order, [len(images) // 12])
x, y, x_val, y_val = images[train], labels[train], images[val], labels[val]

# Build.
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

# Train.
run = model.fit(x, y, batch_size=128, epochs=epochs, validation_data=(x_val, y_val), verbose=2)

# Save, and draw.
model.save("my_model.keras")
for name, line in {"loss": "o-", "val_loss": "s--"}.items():
    plt.plot(range(1, epochs + 1), run.history[name], line, label=name)
plt.xlabel("epoch")
plt.legend()
plt.savefig("my_losses.png")
print("wrote my_model.keras and my_losses.png")

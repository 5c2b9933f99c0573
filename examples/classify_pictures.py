"""Say what is on pictures, with the network that notebook 13 saved, or another of its kind.

python examples/classify_pictures.py one.jpg two.png
"""

import sys

import keras
import numpy as np

from mnist_helpers import artifacts, datasets, pictures

run = artifacts.newest_run("pictures")
if run is None:
    sys.exit("There is no network for pictures yet: run notebook 13, which saves one.")
model = keras.models.load_model(run.path)
for name in sys.argv[1:]:
    try:
        image = datasets.folder.read(name, model.input_shape[1:])
    except (OSError, pictures.PictureError) as error:
        print(f"{name}: {error}")
        continue
    batch = datasets.scale(image[np.newaxis])
    probabilities = model.predict(batch, verbose=0)[0]
    best = probabilities.argmax()
    print(f"{name}: {run.classes[best]}, with {probabilities[best]:.0%}")

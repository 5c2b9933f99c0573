"""The quiet, checked start of every notebook; `python -m mnist_helpers.environment` shows it."""

import importlib
import os
import platform
import shutil
from types import ModuleType

from IPython import get_ipython
from IPython.display import display

from mnist_helpers import copies
from mnist_helpers.datasets import mnist
from mnist_helpers.quiet import quiet_stderr

BANNER = """
<div style="border: 4px solid #D55E00; padding: 0.8em 1em; font-size: 115%">
<b>These are not MNIST's digits.</b> {note}<br>
The notebook goes on with <b>{name}</b>: 1,797 small scans (8×8), fitted to 28×28. Numbers below
come from them, and are not to be compared with MNIST's.<br>
For MNIST: connect to the network, or set <code>MNIST_PATH</code> to a file <code>mnist.npz</code>,
then restart the kernel.
</div>
"""


def start(seed: int = 42) -> None:
    """Start TensorFlow quietly, find the data, fix the seeds, and say so in two lines.

    They fit a laptop's window. A third part tells when the learner's copy is older than its
    original.

    Args:
        seed: Seed of Python's, NumPy's and TensorFlow's random numbers.

    Raises:
        DataError: The data that the user named is not there or not right.
        ImportError: TensorFlow is not installed or does not run here; the message says why.
    """
    with quiet_stderr():  # while TensorFlow reports on oneDNN and looks for CUDA
        tensorflow = _import_tensorflow()
        tensorflow.get_logger().setLevel("WARNING")
        gpus = tensorflow.config.list_physical_devices("GPU")
    import keras

    keras.utils.set_random_seed(seed)
    source = mnist.find()
    if source.is_sample:
        text = f"THESE ARE NOT MNIST'S DIGITS: {source.name}. {source.note}"
        html = BANNER.format(name=source.name, note=source.note)
        if get_ipython():
            display({"text/html": html, "text/plain": text}, raw=True)
        else:
            print(text)
    device = f"{len(gpus)} GPU" if gpus else f"CPU with {os.cpu_count()} cores"
    train, test = source.counts
    print(
        f"data: {source.name} ({train:,} training and {test:,} test images) · seed {seed}\n"
        f"Python {platform.python_version()} · TensorFlow {tensorflow.__version__} · "
        f"Keras {keras.__version__} · {device}"
    )
    if (path := copies.opened()) and (advice := copies.outdated(path)):
        print(f"\n{advice}")


def _import_tensorflow() -> ModuleType:
    """Import TensorFlow, or say why it cannot be done."""
    hint = (
        "Run `make lab`, or install what requirements.lock lists, with Python 3.11, 3.12 or 3.13."
    )
    if platform.system() == "Darwin" and platform.machine() == "x86_64":
        hint = (
            "TensorFlow has no build for Intel Macs: use another computer, or Binder. On a Mac "
            "with Apple silicon, install a Python for arm64."
        )
    try:
        return importlib.import_module("tensorflow")
    except ImportError as error:
        raise ImportError(f"TensorFlow cannot be imported ({error}). {hint}") from error


if __name__ == "__main__":
    print(f"{platform.platform()} · {shutil.disk_usage('.').free / 1e9:.0f} GB free")
    start()
    print(f"data found: {mnist.find().note}")

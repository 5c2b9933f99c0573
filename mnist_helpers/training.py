"""Watching a training run, and taking it up again after an interruption (notebook 03)."""

import contextlib
import hashlib
import itertools
import json
import math
import shutil
import time
from pathlib import Path

import filelock
import keras
from IPython.display import DisplayHandle, Markdown, display

from mnist_helpers import artifacts, plots
from mnist_helpers.datasets import mnist
from mnist_helpers.datasets.spec import Source


class LiveCurves(keras.callbacks.Callback):
    """Draws the loss and every metric while `fit` runs, within epochs too.

    The figure updates in place, so that the finished notebook holds it once. Of a resumed
    training it shows the earlier epochs if `Resume` stands before it in the list.
    """

    def __init__(self, interval: float = 1.0, share: float = 0.03) -> None:
        """Set the shortest time between updates in seconds, and the share of time for drawing."""
        super().__init__()
        self.interval, self.share = interval, share

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Forget an earlier training."""
        self.started, self.pause = time.monotonic(), self.interval
        self.handle: DisplayHandle | None = None
        self.within: dict[str, list[float]] = {"epoch": []}

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Note which epoch runs, and show the figure before the first."""
        self.epoch = epoch
        for values in self.within.values():  # no line from the averages of one epoch to the next's
            if values:
                values.append(math.nan)
        if self.handle is None:
            self.first = epoch
            self._draw("starting")

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Draw the running averages, if it is time."""
        steps, epochs = self.params["steps"], self.params["epochs"]
        if not steps or time.monotonic() - self.drawn < self.pause:  # a generator has no steps
            return
        part = (batch + 1) / steps
        for name, value in {"epoch": self.epoch + part, **(logs or {})}.items():
            self.within.setdefault(name, []).append(value)
        done = self.epoch + part - self.first  # in epochs
        left = (time.monotonic() - self.started) / done * (epochs - self.epoch - part)
        status = f"epoch {self.epoch + 1} of {epochs} · {part:.0%} of it"
        self._draw(f"{status} · about {left:.0f} s left")

    def on_train_end(self, logs: dict | None = None) -> None:
        """Draw the finished figure, with its caption."""
        epochs, seconds = len(self.model.history.epoch), time.monotonic() - self.started
        plot = self._draw(f"{epochs} epochs, finished after {seconds:.0f} s")
        display(Markdown(f"*{plot.caption}*"))

    def _draw(self, status: str) -> plots.Plot:
        begun = time.monotonic()
        history, epochs = self.model.history.history, self.params["epochs"]
        plot = plots.training_curves(history, epochs, self.within, status)
        self.handle = plot.show(self.handle)
        self.drawn = time.monotonic()
        self.pause = max(self.interval, (self.drawn - begun) / self.share)
        return plot


class Resume(keras.callbacks.BackupAndRestore):
    """Takes up an interrupted `fit` after its last complete epoch, with its whole history.

    Keras's own callback restores weights and optimiser; this one also brings back the epochs
    from before the interruption, which Keras's History would lack. The backup lies in
    `artifacts/`, one for each network, optimiser and data, and is removed at the end. A second
    kernel that trains the same at the same time has a backup of its own.
    """

    def __init__(self, model: keras.Model, source: Source | None = None) -> None:
        """Choose the backup's folder by what the compiled model is, so that no other is taken.

        Args:
            model: The compiled model.
            source: What it is trained on; without it, MNIST as it was found.

        Raises:
            ArtifactError: The folder for results cannot be written.
        """
        parts = [part.get_config() | {"name": None} for part in (*model.layers, model.optimizer)]
        what = json.dumps([parts, str(model.loss), (source or mnist.find()).name], default=str)
        self.folder = self._claim(f"backup-{hashlib.sha256(what.encode()).hexdigest()[:12]}")
        self.earlier: list[dict[str, float]] = []  # the metrics of each epoch
        super().__init__(str(self.folder), double_checkpoint=True)

    def _claim(self, name: str) -> Path:
        """Take the first folder of this name that no other kernel has; it keeps it till its end."""
        numbers = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
        with artifacts.writing() as target:
            while True:
                folder = target / f"{name}{next(numbers)}"
                # One lock for all callbacks of this process: a cell that was interrupted has
                # released nothing when it is run again.
                self.lock = filelock.FileLock(
                    target / f".{folder.name}.lock", 0, thread_local=False, is_singleton=True
                )
                with contextlib.suppress(filelock.Timeout):
                    self.lock.acquire()
                    return folder

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Restore the last complete epoch, if there is one with the same epochs and steps.

        Raises:
            ArtifactError: The backup is damaged, or its folder cannot be written.
        """
        self.settings = [self.params["epochs"], self.params["steps"]]
        self.model._initial_epoch = None  # Keras leaves that of an earlier resumption behind
        with artifacts.writing():
            self.folder.mkdir(exist_ok=True)
        try:
            if (self.folder / "epochs.json").exists():
                record = json.loads((self.folder / "epochs.json").read_text(encoding="utf-8"))
                if record["settings"] == self.settings:
                    self.earlier = record["epochs"]
                else:  # begin anew: other batches or another number of epochs
                    shutil.rmtree(self.folder)
            super().on_train_begin(logs)
            if self.model._initial_epoch:
                print(f"Resuming the interrupted training after epoch {self.model._initial_epoch}.")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise artifacts.ArtifactError(
                f"The backup of the interrupted training cannot be read ({error}): delete the "
                f"folder {self.folder} and run this cell again; it starts from the first epoch."
            ) from error

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Put the earlier epochs into the history before the first new one."""
        self._bring_back(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Back up what this epoch reached."""
        self.earlier = [*self.earlier[:epoch], {k: float(v) for k, v in (logs or {}).items()}]
        record = {"settings": self.settings, "epochs": self.earlier}
        with artifacts.writing():
            self.folder.mkdir(exist_ok=True)
            fresh = self.folder / "epochs.json.new"
            fresh.write_text(json.dumps(record), encoding="utf-8")
            fresh.replace(self.folder / "epochs.json")
            super().on_epoch_end(epoch, logs)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Remove the backup."""
        self._bring_back(len(self.earlier))
        super().on_train_end(logs)
        self.lock.release(force=True)

    def _bring_back(self, epoch: int) -> None:
        history = self.model.history
        if not history.epoch and epoch:
            history.epoch = list(range(epoch))
            for name in self.earlier[0]:
                history.history[name] = [metrics[name] for metrics in self.earlier[:epoch]]

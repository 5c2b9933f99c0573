"""Watching a training run, and taking it up again after an interruption (notebook 03)."""

import hashlib
import json
import time

import keras
from IPython.display import Markdown, display

from mnist_helpers import data, plots, store


class LiveCurves(keras.callbacks.Callback):
    """Draws the two-panel figure of accuracy and loss while `fit` runs, within epochs too.

    The figure updates in place, so that the finished notebook holds it once.
    """

    def __init__(self, interval: float = 1.0) -> None:
        """Set the shortest time between two updates, in seconds; slow drawing lengthens it."""
        super().__init__()
        self.interval = interval

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Show the figure, with the epochs that a resumed run brings along."""
        self.started = self.drawn = time.monotonic()
        self.epoch = self.batches = 0
        self.within: dict[str, list[float]] = {"epoch": [], "accuracy": [], "loss": []}
        self.handle = None

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Note which epoch runs."""
        self.epoch = epoch
        if self.handle is None:
            self.first = epoch
            self._draw("starting")

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Draw the running averages, at most once in each interval."""
        if time.monotonic() - self.drawn < max(self.interval, 20 * self.cost):
            return
        steps, epochs = self.params["steps"], self.params["epochs"]
        done = self.epoch + (batch + 1) / steps  # in epochs
        self.within["epoch"].append(done)
        for name in ("accuracy", "loss"):
            self.within[name].append(logs[name])
        elapsed = time.monotonic() - self.started
        left = elapsed / (done - self.first) * (epochs - done)
        self._draw(
            f"epoch {self.epoch + 1} of {epochs} · {(batch + 1) / steps:.0%} of it · "
            f"about {left:.0f} s left"
        )

    def on_train_end(self, logs: dict | None = None) -> None:
        """Draw the finished figure, with its caption."""
        epochs = len(self.model.history.epoch)
        plot = self._draw(
            f"{epochs} epochs, finished after {time.monotonic() - self.started:.0f} s"
        )
        display(Markdown(f"*{plot.caption}*"))

    def _draw(self, status: str) -> plots.Plot:
        begun = time.monotonic()
        plot = plots.training_curves(
            self.model.history.history, self.params["epochs"], self.within, status
        )
        self.handle = plot.show(self.handle)
        self.drawn = time.monotonic()
        self.cost = self.interval and self.drawn - begun  # so that drawing takes 5% at the most
        return plot


class Resume(keras.callbacks.BackupAndRestore):
    """Takes up an interrupted `fit` after its last complete epoch, with its whole history.

    Keras's own callback restores weights and optimiser; this one also brings back the epochs
    from before the interruption, which Keras's History would lack. The backup lies in
    `artifacts/`, one for each network, optimiser and data, and is removed at the end.
    """

    def __init__(self, model: keras.Model) -> None:
        """Choose the backup's folder by what is trained, so that no other backup is taken up.

        Args:
            model: The compiled network that will be trained.
        """
        parts = [part.get_config() | {"name": None} for part in (*model.layers, model.optimizer)]
        what = json.dumps([parts, data.find().name], default=str)
        self.folder = store.artifacts() / f"backup-{hashlib.sha256(what.encode()).hexdigest()[:12]}"
        self.earlier: list[dict[str, float]] = []  # the metrics of each epoch
        super().__init__(str(self.folder), double_checkpoint=True)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Restore the last complete epoch, if there is one.

        Raises:
            StoreError: The backup is damaged.
        """
        record = self.folder / "epochs.json"
        try:
            super().on_train_begin(logs)
            if record.exists():
                self.earlier = json.loads(record.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError) as error:
            raise store.StoreError(
                f"The backup of the interrupted training cannot be read ({error}): delete the "
                f"folder {self.folder} and run this cell again; it starts from the first epoch."
            ) from error

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Put the earlier epochs into the history before the first new one."""
        self._bring_back(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Back up what this epoch reached."""
        self.earlier = [*self.earlier[:epoch], {k: float(v) for k, v in logs.items()}]
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / "epochs.json.new"
        fresh.write_text(json.dumps(self.earlier), encoding="utf-8")
        fresh.replace(self.folder / "epochs.json")
        super().on_epoch_end(epoch, logs)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Remove the backup."""
        self._bring_back(len(self.earlier))
        super().on_train_end(logs)

    def _bring_back(self, epoch: int) -> None:
        history = self.model.history
        if history.epoch or not self.earlier[:epoch]:
            return
        history.epoch = list(range(epoch))
        for name in self.earlier[0]:
            history.history[name] = [metrics[name] for metrics in self.earlier[:epoch]]

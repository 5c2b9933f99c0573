"""What workers of a study do here: each is a process that imports it."""

import os
import signal
import time
from pathlib import Path

import optuna

from mnist_helpers import studies


def valley(trial):
    """Be best where x is 0.1; report twice, so that a trial has several records."""
    x = trial.suggest_float("x", 1e-4, 1, log=True)
    for step in (1, 2):
        trial.report(-((x - 0.1) ** 2), step)
    return -((x - 0.1) ** 2)


def work(file, trials, begun=None):
    """Try so many settings; say when the first one is through."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = studies.open_study(file, optuna.samplers.RandomSampler())
    study.optimize(valley, n_trials=1)
    if begun:
        Path(begun).write_text(str(os.getpid()))
    study.optimize(valley, n_trials=trials - 1)


def hang(file, begun):
    """Begin a trial, and never end it."""
    study = studies.open_study(file)

    def objective(trial):
        trial.suggest_float("x", 1e-4, 1, log=True)
        Path(begun).write_text(str(os.getpid()))
        time.sleep(60)

    study.optimize(objective, n_trials=1)


def stop_while_writing(file, begun):
    """Take the lock of the journal, write half a record, and be stopped there."""
    study = studies.open_study(file)
    journal = study._storage._backend
    with journal._locked(), journal.path.open("ab") as records:
        records.write(b'{"op_code": 4, "worker_')
        records.flush()
        Path(begun).write_text(str(os.getpid()))
        if hasattr(signal, "SIGSTOP"):
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(60)

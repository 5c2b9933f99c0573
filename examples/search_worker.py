"""One worker of a search: start it as often as you have processors, with the same file.

    python examples/search_worker.py study.journal 50

Put your training in place of `objective`, and your search space into it.
"""

import sys
import time

import optuna

from mnist_helpers import studies

optuna.logging.set_verbosity(optuna.logging.WARNING)


def objective(trial):
    """Train with what is proposed, and return the accuracy."""
    peak = trial.suggest_float("peak", 0.0005, 0.05, log=True)
    time.sleep(0.1)  # your training takes longer
    return 1 - abs(peak - 0.006)


if __name__ == "__main__":
    file, trials = sys.argv[1], int(sys.argv[2])
    # No seed: with the same one, two workers would propose the same.
    study = studies.open_study(file, optuna.samplers.TPESampler())
    study.optimize(objective, n_trials=trials)

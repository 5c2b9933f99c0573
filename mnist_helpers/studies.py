"""Studies of Optuna on disk, which survive a kill and take several workers at once (notebook 12).

The journal is Optuna's: a file with one record in each line. What Optuna's own lacks is added:

- Its lock is a file, which a killed worker leaves behind: all others wait for half a minute. Here
  the operating system holds the lock, and frees it with the process.
- A record of which only a half was written spoils the next one, and with it the file. Here that
  half is cut off before the next record is written.
- A trial whose worker was killed is "running" for ever. Here each worker holds a lock for as long
  as it lives, so that others can tell, and such a trial counts as failed.
"""

import atexit
import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal

import filelock
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend
from optuna.trial import FrozenTrial, TrialState

NAME, ABOUT, WORKER = "study", "about", "worker"  # in the journal
PATIENCE = 60.0  # seconds to wait for a lock; a record is written in milliseconds
FOREIGN = 5.0  # seconds to wait for a lock of Optuna's own
DAMAGED = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)

_workers: dict[tuple[int, Path], "_Worker"] = {}  # process and journal → the worker


class StudyError(Exception):
    """A study cannot be opened, or cannot go on; the message says how to mend it."""


def open_study(
    file: Path | str,
    sampler: optuna.samplers.BaseSampler | None = None,
    pruner: optuna.pruners.BasePruner | None = None,
    direction: Literal["maximize", "minimize"] = "maximize",
    about: Mapping[str, Any] | None = None,
    patience: float = PATIENCE,
) -> optuna.Study:
    """Open the study in a file, or begin one; any number of processes may do so at once.

    Trials that were left by workers that have ended count as failed, and are named. A trial that
    this process was at when its cell was interrupted is such a one, too.

    Args:
        file: The journal. On a disk of this computer; several computers need a database.
        sampler: What proposes the settings. With a fixed seed, a study that is taken up again
            proposes the same as at its beginning, and so do two workers.
        pruner: What ends trials early; None ends none.
        direction: What is better.
        about: What else must be the same for all trials, such as the data and the epochs.
        patience: Seconds to wait for another worker's lock.

    Raises:
        StudyError: The file cannot be written, is damaged, belongs to another study, or is locked.
    """
    path = Path(file).expanduser().resolve()
    if path.is_dir():
        raise StudyError(f"{path} is a folder: name a file in it, such as study.journal.")
    pruner = pruner or optuna.pruners.NopPruner()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _wait_for_foreign_lock(path)
        key = os.getpid(), path
        worker = _workers[key] = _workers.get(key) or _Worker(path)
        storage = _Storage(_Journal(path, patience), worker)
        study = optuna.create_study(
            study_name=NAME,
            storage=storage,
            sampler=sampler,
            pruner=pruner,
            direction=direction,
            load_if_exists=True,
        )
    except OSError as error:
        raise _cannot_write(path, error) from error
    except DAMAGED as error:
        raise StudyError(
            f"{path} is no journal of a study ({type(error).__name__}: {error}). Nothing in it was "
            "changed: name another file, or delete this one."
        ) from error
    _check(study, path, direction, about)
    _end_what_was_left(study, path, worker)
    return study


def _check(
    study: optuna.Study, path: Path, direction: str, about: Mapping[str, Any] | None
) -> None:
    """See that it is the same study that is wanted."""
    wanted = json.loads(json.dumps(dict(about or {})))
    if ABOUT not in study.user_attrs:
        study.set_user_attr(ABOUT, wanted)
    there = study.user_attrs[ABOUT]
    if there != wanted or study.direction.name.lower() != direction:
        raise StudyError(
            f"{path} holds another study: {study.direction.name.lower()}, {there}; here it is "
            f"{direction}, {wanted}. Their trials must not be mixed: name another file, or delete "
            "this one."
        )


def _end_what_was_left(study: optuna.Study, path: Path, worker: "_Worker") -> None:
    """Count trials as failed whose workers have ended, and say which."""
    left = []
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        name = trial.user_attrs.get(WORKER)
        if name is None or (name != worker.name and _is_alive(path, name)):
            continue
        # Another worker may be as quick, and end it first.
        study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
        left.append(f"trial {trial.number} (process {name.partition('-')[0]})")
    if left:
        print(
            f"Left unfinished by a worker that has ended: {', '.join(left)}. It counts as failed; "
            "all finished trials are kept, and the study goes on."
        )


class _Worker:
    """A process that is at work on a journal: it holds a lock for as long as it lives."""

    def __init__(self, path: Path) -> None:
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.lock = filelock.FileLock(_worker_file(path, self.name), timeout=10)
        self.lock.acquire()
        atexit.register(self.end)

    def end(self) -> None:
        if self.name.startswith(f"{os.getpid()}-"):  # not in a process that was forked off
            self.lock.release(force=True)
            with contextlib.suppress(OSError):
                Path(self.lock.lock_file).unlink(missing_ok=True)


def _worker_file(path: Path, name: str) -> Path:
    return path.with_name(f".{path.name}.worker-{name}.lock")


def _is_alive(path: Path, name: str) -> bool:
    """Tell whether a worker's process still runs: whether it holds its lock."""
    file = _worker_file(path, name)
    try:
        with filelock.FileLock(file, timeout=0):
            pass
    except filelock.Timeout:
        return True
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
    return False


class _Storage(JournalStorage):
    """Optuna's journal; each trial tells its worker."""

    def __init__(self, journal: "_Journal", worker: _Worker) -> None:
        self.worker = worker
        super().__init__(journal)

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        if template_trial is None:  # in one record, so that no trial is without its worker
            template_trial = optuna.trial.create_trial(
                state=TrialState.RUNNING, user_attrs={WORKER: self.worker.name}
            )
        return super().create_new_trial(study_id, template_trial)

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Any | None = None
    ) -> bool:
        done = super().set_trial_state_values(trial_id, state, values)
        if done and state == TrialState.RUNNING:  # one that waited, put there by `enqueue_trial`
            self.set_trial_user_attr(trial_id, WORKER, self.worker.name)
        return done


class _Journal(BaseJournalBackend):
    """A file of records, each a line of JSON."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path, self.patience = path, patience
        # Not PATH.lock: that is a link to PATH if it is Optuna's, and to open it would empty PATH.
        self.lock = filelock.FileLock(
            path.with_name(f".{path.name}.lock"), timeout=patience, poll_interval=0.01
        )
        self.starts = {0: 0}  # number of a record → where it begins in the file
        with self._locked():
            path.touch()

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        """Return the records from a number on; a half one at the end is none yet."""
        try:
            return self._records(log_number_from)
        except StudyError:  # read while another worker cut off a half record, perhaps
            with self._locked():
                return self._records(log_number_from)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add records behind the last whole one."""
        records = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with self._locked(), self.path.open("r+b", buffering=0) as file:
            end = _end_of_last_record(file)
            try:
                file.truncate(end)
                file.seek(end)
                if file.write(records.encode()) < len(records.encode()):
                    raise OSError("not all of it was written")
                os.fsync(file.fileno())
            except OSError as error:
                with contextlib.suppress(OSError):
                    file.truncate(end)
                raise _cannot_write(self.path, error) from error

    def _records(self, first: int) -> list[dict[str, Any]]:
        known = first if first in self.starts else 0
        with self.path.open("rb") as file:
            file.seek(self.starts[known])
            whole = file.read()
        *lines, _ = whole.split(b"\n")  # what has no line end is no record yet
        found = []
        for number, line in enumerate(lines, known):
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise StudyError(
                    f"{self.path} is damaged in line {number + 1}. Nothing in it was changed. To "
                    "keep the trials before it, delete this line and all that follow it, in an "
                    "editor; or name another file."
                ) from error
        self.starts[known + len(lines)] = self.starts[known] + sum(map(len, lines)) + len(lines)
        return found[first - known :]

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.lock.acquire()
        except filelock.Timeout as error:
            raise StudyError(self._who_has_it()) from error
        except OSError as error:
            raise _cannot_write(self.path, error) from error
        try:
            yield
        finally:
            self.lock.release()

    def _who_has_it(self) -> str:
        files = self.path.parent.glob(_worker_file(self.path, "*").name)
        names = [file.name.split(".worker-")[-1].removesuffix(".lock") for file in files]
        others = [name for name in names if not name.startswith(f"{os.getpid()}-")]
        alive = [name.partition("-")[0] for name in others if _is_alive(self.path, name)]
        who = ", ".join(alive) or "unknown"
        return (
            f"{self.path} has been locked for {self.patience:g} s by a worker that hangs, or was "
            f"stopped, while it wrote. Processes at work on it: {who}. End that worker (with "
            "`kill -9 NUMBER`, or in the task manager), and run this again: a process that has "
            "ended holds no lock, and all finished trials are kept."
        )


def _end_of_last_record(file: BinaryIO) -> int:
    """Return where the next record begins: behind the last line end."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 1))
    if file.read(1) == b"\n":
        return end
    file.seek(0)
    return file.read(end).rfind(b"\n") + 1


def _wait_for_foreign_lock(path: Path) -> None:
    """Wait until a worker with Optuna's own lock has written.

    Raises:
        StudyError: The lock stays.
    """
    lock, end = path.with_name(f"{path.name}.lock"), time.monotonic() + FOREIGN
    while os.path.lexists(lock):
        if time.monotonic() > end:
            raise StudyError(
                f"{lock} is there: a lock as Optuna itself makes it. A worker was killed while it "
                "wrote, and left it behind; or it still hangs. If no other program is at work on "
                "this study, delete that file, and run this again."
            )
        time.sleep(0.05)


def _cannot_write(path: Path, error: OSError) -> StudyError:
    return StudyError(
        f"{path} cannot be written ({error.strerror or error}): free some space, get the right to "
        "write there, or name another file, and run this again. All finished trials are kept."
    )

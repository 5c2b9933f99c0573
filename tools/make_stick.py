"""Gather all that a room without a network needs into a folder, such as a memory stick.

Packages, data, the project and a program that installs them: install.py. What is there already is
not downloaded again. contents.json, with the size and the SHA-256 of each file, is written last:
without it the stick is not finished, and install.py says so.
"""

import argparse
import contextlib
import datetime
import errno
import hashlib
import json
import platform
import shutil
import sys
import tomllib
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import install_from_stick
import stick_contents
import wheels
from stick_contents import CACHE, CONTENTS, PROJECT, WHEELS, sha256

from mnist_helpers import datasets, imagenet
from mnist_helpers.datasets import DataError

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-uv.lock")
# What a learner needs of the project. Not what tests and checks it, nor what else lies beside it:
# answers of a class, for example.
PARTS = (
    *("README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile"),
    *("pyproject.toml", "environment.yml", "requirements-contributor.lock", *LOCKS),
    *("package.json", "package-lock.json"),
    *("notebooks", "mnist_helpers", "docs", "examples", "tools", "benchmarks"),
)
LEFT_OUT = ("__pycache__", "artifacts")  # in these folders, and what begins with a dot
MARK = "stick_contents.py"  # comes first: who finds it knows that the folder is a stick
OF_SYSTEMS = {"System Volume Information", "$RECYCLE.BIN", "lost+found"}  # on an empty stick, too
README = """\
From pixels to a CNN at work: for rooms without a network

You need Python {pythons}, of 64 bits. Open a terminal in this folder, and type

  on Linux and macOS   python3 install.py
  on Windows           py install.py

It makes the folder "mnist" in your home folder. To name another one: install.py FOLDER

Here is what is needed for
{targets}
"""


class GatherError(Exception):
    """The stick cannot be made; the message says how to mend it."""


def this_system() -> str | None:
    """Return this computer's name in `wheels.SYSTEMS`, or None."""
    here = platform.system(), platform.machine()
    names = [name for name, (*system, _) in wheels.SYSTEMS.items() if tuple(system) == here]
    return next(iter(names), None)


def gather(stick: Path, targets: list[wheels.Target]) -> dict:
    """Gather everything, and return what contents.json says.

    Args:
        stick: The folder; it is made if need be.
        targets: The kinds of computers.

    Raises:
        GatherError: It cannot be done. What is there by then is kept; contents.json is not there.
            Or the folder holds something else, and stays as it is.
        WheelError: A package cannot be had.
    """
    with explained(stick):
        stick.mkdir(parents=True, exist_ok=True)
        there = {path.name for path in stick.iterdir() if not path.name.startswith(".")}
        if there - OF_SYSTEMS and MARK not in there:
            raise GatherError(
                f"{stick} holds something else. It stays as it is. Name an empty folder or a new "
                f"one, such as {stick / 'mnist'}"
            )
        (stick / CONTENTS).unlink(missing_ok=True)
        shutil.copyfile(stick_contents.__file__, stick / MARK)
        shutil.copyfile(install_from_stick.__file__, stick / "install.py")
        (stick / WHEELS).mkdir(exist_ok=True)
        needed, kinds = set(), {}
        for target in targets:
            found = wheels.gather([ROOT / lock for lock in LOCKS], target, stick / WHEELS)
            size, longest = wheels.unpacked(found)
            kinds[str(target)] = {
                **{key: getattr(target, key) for key in ("system", "machine", "python")},
                "wheels": [f"{WHEELS}/{wheel.name}" for wheel in found],
                "unpacked": size,
                "longest": longest,
            }
            needed |= set(found)
        for stale in set((stick / WHEELS).glob("*.whl")) - needed:  # of an older lock, or for a
            stale.unlink(missing_ok=True)  # kind of computer that is not asked for
        data = put_data(stick / CACHE)
        pack_project(stick / PROJECT)
        text = README.format(
            pythons=" or ".join(sorted({target.python for target in targets})),
            targets="\n".join(f"  {target}" for target in targets),
        )
        (stick / "README.txt").write_text(text, encoding="utf-8")
        shared = sorted(path.relative_to(stick).as_posix() for path in (stick / PROJECT, *data))
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        contents = {
            "made": datetime.date.today().isoformat(),
            "version": project["version"],
            "targets": kinds,
            "shared": shared,
            "files": {},
        }
        print("Computing the SHA-256 of every file", flush=True)
        for name in sorted([*shared, *(f"{WHEELS}/{wheel.name}" for wheel in needed)]):
            path = stick / name
            contents["files"][name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        with whole(stick / CONTENTS) as part:
            part.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    return contents


def put_data(cache: Path) -> list[Path]:
    """Copy each data set and the weights of notebook 14 as Keras's cache has them.

    What is not here is downloaded; what cannot be had is named.

    Returns:
        The files of the cache that belong to it; others may lie there from an earlier try.

    Raises:
        GatherError: MNIST is not among them.
    """
    files = []
    known = [getattr(datasets, name) for name in dir(datasets)] + [imagenet]
    for module in (one for one in known if hasattr(one, "find") and hasattr(one, "DESCRIPTION")):
        name, found = module.DESCRIPTION.name, {}
        try:
            found = published(module)
            reason = "what is found here is not in the form in which it is published"
        except DataError as error:
            reason = str(error)
        for place, path in found.items():
            target = cache / place
            files.append(target)
            if not (target.is_file() and sha256(target) == sha256(path)):
                print(f"Copying {place}", flush=True)
                target.parent.mkdir(parents=True, exist_ok=True)
                with whole(target) as part:
                    shutil.copyfile(path, part)
        if not found:
            print(f"NOT on the stick: {name}. {reason}")
        if not found and module is datasets.mnist:
            raise GatherError(
                "MNIST is needed: unset MNIST_PATH and connect to the network, or set it to "
                "mnist.npz as Keras publishes it."
            )
    return files


def published(module: ModuleType) -> dict[str, Path]:
    """Find files, or download them, as they are published: place in Keras's cache → file."""
    if module is imagenet:
        return {f"models/{imagenet.NAME}": imagenet.find()}
    source, found = module.find(), {}
    if source.path is None:
        raise DataError(source.note)
    for file in module.DESCRIPTION.files:
        path = source.path / Path(file.name).name if source.path.is_dir() else source.path
        if not (path.is_file() and has_hash(path, file.hash)):
            return {}
        found[f"datasets/{file.name}"] = path
    return found


def has_hash(path: Path, expected: str) -> bool:
    """Tell whether a file is the one with this hash, "sha256:…" or "md5:…"."""
    kind, _, digest = expected.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest() == digest


def pack_project(target: Path) -> None:
    """Pack the project's parts into a zip, the same bytes for the same files."""
    with whole(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(project_files()):
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def project_files() -> Iterator[Path]:
    """Yield the files of the project that go onto the stick."""
    for name in PARTS:
        for path in (ROOT / name, *(ROOT / name).rglob("*")):
            inside = path.relative_to(ROOT).parts
            hidden = any(part.startswith(".") or part in LEFT_OUT for part in inside)
            # The series' own packages have folders of this name.
            hidden &= inside[:2] != ("mnist_helpers", "artifacts")
            if path.is_file() and not hidden:
                yield path


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a file to write, which gets its name when it is complete."""
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def explained(stick: Path) -> Iterator[None]:
    """Turn an error of the disk into one that says how to mend it."""
    try:
        yield
    except OSError as error:
        mend = "Name a folder in which you may write."
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            mend = "It is full: name fewer systems or Pythons, or take a larger stick."
        raise GatherError(
            f"{stick} cannot be written ({error.strerror or error}). {mend} The stick is not "
            "finished; what is there by now is kept for the next try."
        ) from error


def main() -> None:
    """Gather, and say what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="the stick, or a folder to copy to sticks")
    parser.add_argument(
        "--for",
        dest="systems",
        nargs="+",
        choices=wheels.SYSTEMS,
        metavar="SYSTEM",
        help=f"the systems of the room's computers: {', '.join(wheels.SYSTEMS)}; without it, this",
    )
    parser.add_argument(
        "--python",
        dest="pythons",
        nargs="+",
        choices=wheels.PYTHONS,
        default=["{}.{}".format(*sys.version_info)],
        metavar="VERSION",
        help=f"their Pythons: {', '.join(wheels.PYTHONS)}; without it, this one",
    )
    options = parser.parse_args()
    systems = options.systems or [this_system()]
    if None in systems:
        parser.error("name the systems of the room's computers with --for")
    stick = Path(options.folder).expanduser().resolve()
    try:
        contents = gather(stick, wheels.targets(systems, options.pythons))
    except (GatherError, wheels.WheelError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped: the stick is not finished. Run this again to go on.")
    total = sum(file["bytes"] for file in contents["files"].values())
    print(f"\n{stick}: {len(contents['files'])} files, {total / 1e9:.2f} GB, for")
    for name, kind in contents["targets"].items():
        print(f"  {name}: {kind['unpacked'] / 1e9:.1f} GB when unpacked")
    print("Try it once on a computer of the room: python3 install.py, on the stick.")


if __name__ == "__main__":
    main()

"""Install the series from this stick, without a network: packages, data and notebooks.

    python3 install.py            (on Windows: py install.py)
    python3 install.py FOLDER     into another folder than `mnist` in your home folder

It needs nothing but Python. It checks every file first, and leaves nothing half-installed. What is
installed already, and what you did in your notebooks, it leaves as it is.
"""

# An old Python must be able to read this file, so that it can say that it is too old: so there is
# nothing here that Python 3.6 does not know.
import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import time
import uuid
import zipfile
from pathlib import Path

from stick_contents import (
    PROJECT,
    STICK,
    WHEELS,
    StickError,
    check_files,
    check_place,
    choose,
    read_contents,
    sha256,
)

NOTE = ".from_stick"  # in the folder that is made: the SHA-256 of the project.zip that it is of
READY = Path(".venv", "ready")  # written last; `make lab` knows it, too


def main() -> None:
    """Check the stick, install from it, and check the computer."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default=str(Path.home() / "mnist"))
    parser.add_argument("--check", action="store_true", help="only check every file of the stick")
    parser.add_argument("--no-browser", action="store_true", help="check all but the browser")
    options = parser.parse_args()
    begun = time.time()
    try:
        contents = read_contents()
        if options.check:
            check_files(contents["files"])
            print("Every file is as it was gathered.")
            return
        target = choose(contents)
        folder = Path(options.folder).expanduser().resolve()
        python = install(contents, target, folder)
    except StickError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Start it again to go on.")
    print(f"\nInstalled in {folder} ({time.time() - begun:.0f} s).\n", flush=True)
    check = [str(python), str(Path("tools", "check_computer.py"))]
    code = subprocess.call(check + ["--no-browser"] * options.no_browser, cwd=str(folder))
    print("\nTo start JupyterLab, now and later:\n")
    enter = "pushd" if platform.system() == "Windows" else "cd"  # to another drive, too
    print(f'  {enter} "{folder}"\n  {python.relative_to(folder)} {Path("tools", "start_lab.py")}')
    sys.exit(code)


def install(contents: dict, target: dict, folder: Path) -> Path:
    """Install project, data and packages; return the Python of the environment.

    Raises:
        StickError: It cannot be done, or something else is in the folder.
    """
    programs = "Scripts/python.exe" if platform.system() == "Windows" else "bin/python"
    python = folder / ".venv" / programs
    edition = contents["files"][PROJECT]["sha256"]
    is_ours = (folder / NOTE).is_file() and (folder / NOTE).read_bytes() == edition.encode()
    if not is_ours and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StickError(
            f"{folder} holds something else, or the series from another stick. It stays as it is. "
            f'Name another folder: install.py "{folder}-2"'
        )
    if is_ours and (folder / READY).is_file():
        print(f"The packages are installed already in {folder}.")
        copy_data(contents)
        return python
    check_place(folder, target)
    check_files({name: contents["files"][name] for name in target["wheels"] + contents["shared"]})
    if not is_ours:
        unpack(folder, edition)
    copy_data(contents)
    make_environment(folder, python, len(target["wheels"]))
    return python


def unpack(folder: Path, edition: str) -> None:
    """Unpack the project into a folder, which gets its name when all is in it.

    Raises:
        StickError: It cannot be written.
    """
    part = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    with explained(folder), cleared(part):
        with zipfile.ZipFile(str(STICK / PROJECT)) as archive:
            archive.extractall(str(part))
        (part / NOTE).write_text(edition, "utf-8")
        if folder.is_dir():
            folder.rmdir()  # it is empty
        part.rename(folder)


def copy_data(contents: dict) -> None:
    """Copy data and weights into Keras's cache; what is there under such a name stays as it is.

    Raises:
        StickError: It cannot be read or written.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()
    for name in contents["shared"]:
        if name == PROJECT:
            continue
        path = home.joinpath(*name.split("/")[1:])
        part = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
        with explained(path), cleared(part):
            if path.exists():
                if sha256(path) != contents["files"][name]["sha256"]:
                    print(f"{path} is another file than that of the stick; it stays.")
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(STICK / name), str(part))
            part.replace(path)


def make_environment(folder: Path, python: Path, count: int) -> None:
    """Make .venv with all packages; if something goes wrong, there is none.

    Raises:
        StickError: It went wrong.
    """
    environment, cache = folder / ".venv", folder / ".uv"
    # What is set on this computer for pip, uv or Python is meant for other things.
    others = ("PIP_", "UV_", "PYTHON")
    env = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    env.update(PIP_CONFIG_FILE=os.devnull, PYTHONUTF8="1", VIRTUAL_ENV=str(environment))
    from_stick = ["install", "--no-index", "--find-links", str(STICK / WHEELS)]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", *from_stick]
    uv = [str(python.with_name(f"uv{python.suffix}")), "pip", *from_stick, "--offline"]
    uv += ["--no-config", "--compile-bytecode", "--cache-dir", str(cache)]

    def run(*command: str) -> None:
        with explained(folder):
            code = subprocess.call(command, cwd=str(folder), env=env)
        if code:
            raise StickError(cause(folder))

    try:
        print("1 of 3: an environment (seconds)", flush=True)
        run(sys.executable, "-m", "venv", "--clear", str(environment))
        print(f"2 of 3: {count} packages (a minute or two)", flush=True)
        try:
            run(*pip, "--quiet", "--require-hashes", "-r", "requirements-uv.lock")
            run(*uv, "--require-hashes", "-r", "requirements.lock")
        except StickError:  # perhaps a rule of the computer does not let uv run
            print("uv could not install them; now pip tries.", flush=True)
            run(*pip, "--no-cache-dir", "--require-hashes", "-r", "requirements.lock")
        print("3 of 3: the helpers of this folder (seconds)", flush=True)
        run(*pip, "--quiet", "--no-build-isolation", "--no-deps", "--editable", ".")
        with explained(folder):
            (folder / READY).write_text("ready\n", "utf-8")
    finally:
        shutil.rmtree(str(cache), ignore_errors=True)
        if not (folder / READY).is_file():
            shutil.rmtree(str(environment), ignore_errors=True)


def cause(folder: Path) -> str:
    """Say why a step went wrong, as far as it is known, and what is left."""
    why = "the lines above say why"
    if shutil.disk_usage(str(folder)).free < 100e6:
        why = "the disk is full: make room, or name a folder on another disk"
    return (
        f"The packages could not be installed: {why}. None of them stays; the notebooks in "
        f"{folder}, and what you did there, are kept. Start it again to go on."
    )


@contextlib.contextmanager
def cleared(part: Path):
    """Remove what is left of a file or a folder that did not get its name."""
    try:
        yield
    finally:
        if part.is_dir():
            shutil.rmtree(str(part), ignore_errors=True)
        elif part.exists():
            part.unlink()


@contextlib.contextmanager
def explained(place: Path):
    """Turn an error of the disk into one that says how to mend it."""
    try:
        yield
    except OSError as error:
        raise StickError(
            f"{place} cannot be read or written ({error.strerror or error}). Make room on the "
            "disk, or name a folder in which you may write: install.py FOLDER. (For Keras's cache, "
            "set KERAS_HOME.)"
        ) from None


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036
        old = "{}.{}".format(*sys.version_info)
        sys.exit(
            f"This is Python {old}, which is too old. Is Python 3.12 on this computer? Then type: "
            "python3.12 install.py (on Windows: py -3.12 install.py). Otherwise install it first."
        )
    main()

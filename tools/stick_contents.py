"""What a stick holds, and whether this computer can take it; install.py, beside it, installs it.

As there, nothing is used that Python 3.6 cannot read.
"""

import hashlib
import importlib.util
import json
import platform
import shutil
import struct
import sys
import uuid
from pathlib import Path

STICK = Path(__file__).resolve().parent
CONTENTS, PROJECT, WHEELS, CACHE = "contents.json", "project.zip", "wheels", "keras"
OVERHEAD = 1.2  # size of the environment over that of the unpacked wheels: compiled modules
LONGEST = 259  # characters that a path has at most on Windows, unless long ones are switched on
ANEW = "copy the stick anew, or have it made again with `make stick`"


class StickError(Exception):
    """It cannot be installed; the message says why, and how to mend it."""


def read_contents() -> dict:
    """Read what the stick holds.

    Raises:
        StickError: The list is missing or damaged.
    """
    path = STICK / CONTENTS
    try:
        contents = json.loads(path.read_text(encoding="utf-8"))
        return {key: contents[key] for key in ("files", "targets", "shared")}
    except FileNotFoundError:
        raise StickError(
            f"{path} is missing: the stick was not finished, or not copied whole. Whoever made it "
            "runs `make stick` again, or copies all of it anew."
        ) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise StickError(f"{path} is damaged ({error}): {ANEW}.") from None


def choose(contents: dict) -> dict:
    """Choose the packages of the stick that fit this computer and this Python.

    Raises:
        StickError: There are none; the message says which there are.
    """
    system, machine = platform.system(), platform.machine()
    python = "{}.{}".format(*sys.version_info)
    if struct.calcsize("P") != 8:
        raise StickError("This is a Python of 32 bits: install one of 64 bits, and use that.")
    pythons = {}  # for this computer: version → packages
    for target in contents["targets"].values():
        if (target["system"], target["machine"]) == (system, machine):
            pythons[target["python"]] = target
    if python in pythons:
        return pythons[python]
    if pythons:
        start = "py -{} install.py" if system == "Windows" else "python{} install.py"
        advice = (
            f"Is Python {' or '.join(pythons)} on this computer? Then type: "
            f"{start.format(next(iter(pythons)))}\nOtherwise install it first."
        )
    elif (system, machine) == ("Darwin", "x86_64"):
        advice = (
            "TensorFlow has no build for Intel Macs. On a Mac with Apple silicon, this is an Intel "
            "build of Python: install one for arm64."
        )
    else:
        advice = "Whoever made the stick can add packages for other computers: `make stick`."
    there = "\n".join(f"  {name}" for name in contents["targets"])
    this = f"{system.replace('Darwin', 'macOS')} {machine}, Python {python}"
    raise StickError(
        f"The stick has nothing for this computer ({this}), but for:\n{there}\n{advice}"
    )


def check_files(files: dict) -> None:
    """Compare files of the stick with what was gathered: name → bytes and SHA-256.

    Raises:
        StickError: One is missing or another; the message names all of them.
    """
    total = sum(file["bytes"] for file in files.values())
    print(f"Checking {len(files)} files, {total / 1e9:.2f} GB", flush=True)
    wrong = []
    for name, file in sorted(files.items()):
        path = STICK / name
        try:
            if path.stat().st_size != file["bytes"] or sha256(path) != file["sha256"]:
                wrong.append(f"  {name} is damaged")
        except FileNotFoundError:
            wrong.append(f"  {name} is missing")
        except OSError as error:
            wrong.append(f"  {name} cannot be read ({error.strerror})")
    if wrong:
        raise StickError("\n".join([f"Nothing was installed: {ANEW}.", *wrong]))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_place(folder: Path, target: dict) -> None:
    """Make sure that the folder can be made, and that there is room.

    Raises:
        StickError: It cannot, or there is too little.
    """
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise StickError(
            "This Python cannot make environments. On Debian and Ubuntu its package python3-venv "
            "is missing: sudo apt install python3-venv. Elsewhere install Python from python.org."
        )
    parent = next(place for place in (folder, *folder.parents) if place.is_dir())
    probe = parent / f".mnist-{uuid.uuid4().hex}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise StickError(
            f"{parent} cannot be written to ({error.strerror}). Name a folder of your own: "
            "install.py FOLDER"
        ) from None
    need, free = OVERHEAD * target["unpacked"], shutil.disk_usage(str(parent)).free
    if free < need:
        raise StickError(
            f"There is too little room in {parent}: {free / 1e9:.1f} GB are free, "
            f"{need / 1e9:.1f} GB are needed. Make room, or name a folder on another disk: "
            "install.py FOLDER"
        )
    length = len(str(folder / ".venv" / "Lib" / "site-packages")) + 1 + target["longest"]
    if platform.system() == "Windows" and length > LONGEST and not has_long_paths():
        raise StickError(
            f"Paths in {folder} get too long for Windows ({length} characters, {LONGEST} are "
            "allowed). Name a short folder, as in: py install.py C:\\mnist"
        )


def has_long_paths() -> bool:
    """Tell whether long paths are switched on in Windows."""
    if sys.platform != "win32":
        return True
    import winreg

    try:
        place = "SYSTEM\\CurrentControlSet\\Control\\FileSystem"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False

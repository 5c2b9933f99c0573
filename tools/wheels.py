"""Gathers the wheels that a lock asks for, for another system and another Python than this one.

pip downloads for other systems, but reads conditions such as `sys_platform == 'win32'` as those of
the computer that it runs on (https://github.com/pypa/pip/issues/11664). So they are read here.
"""

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version
from stick_contents import sha256

PYTHONS = ("3.11", "3.12", "3.13")
LEAST_FREE = 100_000_000  # bytes; a stick with less is what made pip fail


class WheelError(Exception):
    """Wheels cannot be had; the message says how to mend it."""


@dataclass(frozen=True)
class Target:
    """A kind of computer: its system and processor, as `platform` names them, and its Python."""

    system: str
    machine: str
    python: str
    platforms: tuple[str, ...]  # as the names of wheels have them, the best first

    def __str__(self) -> str:
        name = {"Darwin": "macOS"}.get(self.system, self.system)
        return f"{name} {self.machine}, Python {self.python}"

    def markers(self) -> dict[str, str]:
        """Return what the conditions in a lock are about."""
        return {
            "os_name": "nt" if self.system == "Windows" else "posix",
            "sys_platform": {"Windows": "win32"}.get(self.system, self.system.lower()),
            "platform_system": self.system,
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
        }

    def tags(self) -> set[tags.Tag]:
        """Return the tags of the wheels that such a computer takes."""
        major, minor = map(int, self.python.split("."))
        for_cpython = tags.cpython_tags((major, minor), [f"cp{major}{minor}"], self.platforms)
        others = tags.compatible_tags((major, minor), f"cp{major}{minor}", self.platforms)
        return {*for_cpython, *others}


def _linux(machine: str) -> tuple[str, ...]:
    """Name the platforms of a Linux with glibc 2.28 or newer, such as Debian 10; the best first."""
    old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    names = []
    for minor in range(28, 4, -1):
        names.append(f"manylinux_2_{minor}_{machine}")
        if minor in old:
            names.append(f"{old[minor]}_{machine}")
    return (*names, f"linux_{machine}")


# What --for takes → system, machine, and platforms; macOS 12 is TensorFlow's oldest.
SYSTEMS = {
    "linux": ("Linux", "x86_64", _linux("x86_64")),
    "linux-arm": ("Linux", "aarch64", _linux("aarch64")),
    "macos": ("Darwin", "arm64", tuple(tags.mac_platforms((12, 0), "arm64"))),
    "windows": ("Windows", "AMD64", ("win_amd64",)),
}


def targets(systems: Iterable[str], pythons: Iterable[str]) -> list[Target]:
    """Return each combination of systems, as `SYSTEMS` names them, and Pythons."""
    found = []
    for name in dict.fromkeys(systems):
        system, machine, platforms = SYSTEMS[name]
        found += [Target(system, machine, p, platforms) for p in dict.fromkeys(pythons)]
    return found


def pins(lock: Path, target: Target) -> dict[tuple[str, str], str]:
    """Read what a lock pins for a kind of computer: name and version → lines without condition."""
    found: dict[tuple[str, str], str] = {}
    for lines in re.split(r"\n(?=\w)", lock.read_text(encoding="utf-8").strip()):
        pin, _, hashes = lines.partition("\\\n")
        asked = Requirement(pin)
        if asked.marker is None or asked.marker.evaluate(target.markers()):
            (version,) = (str(Version(one.version)) for one in asked.specifier)
            found[canonicalize_name(asked.name), version] = f"{asked.name}=={version} \\\n{hashes}"
    return found


def available(folder: Path, target: Target) -> dict[tuple[str, str], Path]:
    """Find the wheels in a folder that fit a kind of computer: name and version → file."""
    fitting = target.tags()
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.glob("*.whl")):
        with contextlib.suppress(InvalidWheelFilename):  # such as what another program left there
            name, version, _, has = parse_wheel_filename(path.name)
            if has & fitting:
                found[name, str(version)] = path
    return found


def gather(locks: Iterable[Path], target: Target, folder: Path) -> list[Path]:
    """Download what is missing of the wheels that a kind of computer needs.

    Args:
        locks: Files that pin packages, with hashes.
        target: The kind of computer.
        folder: Where the wheels go; what is there already is taken, if it is what the lock names.

    Returns:
        All wheels that it needs.

    Raises:
        WheelError: pip could not get them; the message says why as far as it is known.
    """
    asked = {pin: lines for lock in locks for pin, lines in pins(lock, target).items()}
    for pin, wheel in available(folder, target).items():
        if pin in asked and f"sha256:{sha256(wheel)}" not in asked[pin]:
            wheel.unlink(missing_ok=True)  # damaged, or not the one that the lock means
    missing = asked.keys() - available(folder, target).keys()
    if missing:
        print(f"{target}: {len(missing)} of {len(asked)} packages are to be downloaded", flush=True)
        _download([asked[pin] for pin in sorted(missing)], target, folder)
    found = available(folder, target)
    if lost := sorted(asked.keys() - found.keys()):
        names = ", ".join("==".join(pin) for pin in lost)
        raise WheelError(f"{target}: pip has brought no wheel that fits for {names}.")
    return [found[pin] for pin in sorted(asked)]


def _download(pins: Iterable[str], target: Target, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--dest", str(folder)]
    command += ["--implementation=cp", f"--python-version={target.python}"]
    command += [f"--platform={name}" for name in target.platforms]
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "pins.txt")
        file.write_text("\n".join(pins), encoding="utf-8")
        # What it says of its progress goes to the terminal, its errors into ours.
        done = subprocess.run([*command, "-r", str(file)], stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return
    said = "\n".join(line for line in done.stderr.splitlines() if line.startswith("ERROR"))
    raise WheelError(f"{target}: {_reason(said or done.stderr.strip(), folder)}")


def _reason(said: str, folder: Path) -> str:
    """Say in words why pip failed, and what to do."""
    free = shutil.disk_usage(folder).free
    if "No space left" in said or free < LEAST_FREE:
        return (
            f"{folder} is full ({free / 1e9:.1f} GB free). Each system and Python takes up to 1 GB "
            "more: name fewer of them, or take a larger stick. What is there already is kept."
        )
    if "DO NOT MATCH THE HASHES" in said:
        hint = "A download was damaged or is not what the lock names. Try again."
    elif "No matching distribution" in said:
        hint = (
            "Either the network cannot be reached (behind a proxy: set HTTPS_PROXY), or this "
            "package has no wheel for this system and Python."
        )
    else:
        hint = "Try again; what is there already is kept."
    return f"pip could not download the packages.\n{said}\n{hint}"


def unpacked(wheels: Iterable[Path]) -> tuple[int, int]:
    """Return how many bytes wheels take when they are unpacked, and the length of the longest path.

    Raises:
        WheelError: One is damaged.
    """
    total, longest = 0, 0
    for wheel in wheels:
        try:
            with zipfile.ZipFile(wheel) as archive:
                for member in archive.infolist():
                    total += member.file_size
                    longest = max(longest, len(member.filename))
        except (OSError, zipfile.BadZipFile) as error:
            wheel.unlink(missing_ok=True)
            raise WheelError(
                f"{wheel.name} was damaged ({error}) and is removed: run this again, which "
                "downloads it anew."
            ) from error
    return total, longest

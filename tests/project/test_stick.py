"""The stick: what is gathered for which computer, and what install.py does with it, with small
made-up wheels, without a network and without a cache.
"""

import ast
import csv
import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import install_from_stick
import make_stick
import pytest
import stick_contents
import wheels

from mnist_helpers import datasets, imagenet
from tests.conftest import ROOT, run_code

HERE = "{}.{}".format(*sys.version_info)
LINUX, WINDOWS = wheels.targets(["linux", "windows"], ["3.12"])
ONE_LOCK = "requirements.lock"
ON_STICK = (install_from_stick, stick_contents)  # they run before anything is installed
# What builds the small project, whose lock has no setuptools.
BACKEND = """
import os, pathlib, zipfile
def build_editable(folder, settings=None, metadata=None):
    if "BROKEN" in os.environ:
        raise SystemExit("it cannot be built")
    name = "mnist_helpers-2.0-py3-none-any.whl"
    info = "mnist_helpers-2.0.dist-info/"
    files = {
        "helpers.pth": str(pathlib.Path(__file__).parents[1]),
        info + "METADATA": "Metadata-Version: 2.1\\nName: mnist-helpers\\nVersion: 2.0\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "RECORD": "",
    }
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return name
"""


def wheel(folder, name, version="1.0", tag="py3-none-any", code=""):
    """Make a small wheel; return the lines that pin it."""
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    files = {
        f"{module}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = io.StringIO()
    csv.writer(record).writerows([(file, "", "") for file in [*files, f"{info}/RECORD"]])
    path = folder / f"{module}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in (files | {f"{info}/RECORD": record.getvalue()}).items():
            archive.writestr(zipfile.ZipInfo(file), text)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"


# --- which wheels, for which computer


@pytest.mark.parametrize("system", wheels.SYSTEMS)
@pytest.mark.parametrize("python", wheels.PYTHONS)
def test_a_lock_is_read_for_the_computer_that_it_is_for(system, python):
    (target,) = wheels.targets([system], [python])
    names = {name for name, _ in wheels.pins(ROOT / ONE_LOCK, target)}
    assert {"tensorflow", "jupyterlab", "setuptools"} < names
    assert ("pywinpty" in names) == ("colorama" in names) == (system == "windows")
    assert ("uvloop" in names) == ("pexpect" in names) == (system != "windows")
    assert ("appnope" in names) == (system == "macos")
    assert ("overrides" in names) == (python == "3.11")


def test_what_is_left_of_a_pin_has_hashes_and_no_condition():
    lines = wheels.pins(ROOT / ONE_LOCK, WINDOWS)["colorama", "0.4.6"]
    assert lines.startswith("colorama==0.4.6 \\\n    --hash=sha256:") and ";" not in lines


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("a-1.0-py3-none-any.whl", (True, True)),
        ("a-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", (True, False)),
        ("a-1.0-cp39-abi3-manylinux_2_28_x86_64.whl", (True, False)),
        ("a-1.0-cp312-cp312-win_amd64.whl", (False, True)),
        ("a-1.0-cp313-cp313-win_amd64.whl", (False, False)),
        ("a-1.0-cp312-cp312-manylinux_2_34_x86_64.whl", (False, False)),
        ("a-1.0-cp312-cp312-manylinux_2_17_aarch64.whl", (False, False)),
        ("a-1.0-cp312-cp312t-win_amd64.whl", (False, False)),
        ("no wheel.whl", (False, False)),
    ],
)
def test_a_wheel_is_taken_for_the_computers_that_it_fits(tmp_path, name, fitting):
    (tmp_path / name).touch()
    assert tuple(bool(wheels.available(tmp_path, t)) for t in (LINUX, WINDOWS)) == fitting


def test_only_what_is_missing_is_downloaded(tmp_path, monkeypatch):
    lock = tmp_path / "pins.lock"
    lock.write_text(wheel(tmp_path, "here") + wheel(tmp_path, "not-here"), "utf-8")
    (tmp_path / "not_here-1.0-py3-none-any.whl").rename(tmp_path / "fetched")
    asked = []

    def download(pins, target, folder):
        asked.extend(pins)
        (tmp_path / "fetched").rename(tmp_path / "not_here-1.0-py3-none-any.whl")

    monkeypatch.setattr(wheels, "_download", download)
    for _ in range(2):
        found = wheels.gather([lock], LINUX, tmp_path)
        assert [path.name.split("-")[0] for path in found] == ["here", "not_here"]
    (pin,) = asked
    assert pin.startswith("not-here==1.0 \\\n    --hash=sha256:")


def offline(monkeypatch, folder):
    """Let pip know no index, only a folder."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_pip_brings_wheels_for_another_computer_and_says_which_there_are_not(tmp_path, monkeypatch):
    index, stick = tmp_path / "index", tmp_path / "stick"
    index.mkdir()
    stick.mkdir()
    offline(monkeypatch, index)
    lock = tmp_path / "pins.lock"
    lock.write_text(wheel(index, "abc", tag="cp312-cp312-win_amd64"), "utf-8")
    (found,) = wheels.gather([lock], WINDOWS, stick)
    assert found == stick / "abc-1.0-cp312-cp312-win_amd64.whl" and found.is_file()
    with pytest.raises(
        wheels.WheelError, match=r"Linux x86_64, Python 3.12(.|\n)*abc==1.0(.|\n)*no w"
    ):
        wheels.gather([lock], LINUX, stick)


def test_a_package_that_is_not_the_one_of_the_lock_is_refused(tmp_path, monkeypatch):
    index, stick = tmp_path / "index", tmp_path / "stick"
    index.mkdir()
    stick.mkdir()
    offline(monkeypatch, index)
    lock = tmp_path / "pins.lock"
    lock.write_text(wheel(index, "abc"), "utf-8")
    wheel(index, "abc", code="evil = True")
    with pytest.raises(wheels.WheelError, match="not what the lock names"):
        wheels.gather([lock], LINUX, stick)
    assert not list(stick.iterdir())


def test_a_wheel_that_is_there_and_not_the_one_of_the_lock_is_fetched_anew(tmp_path, monkeypatch):
    index, stick = tmp_path / "index", tmp_path / "stick"
    index.mkdir()
    stick.mkdir()
    offline(monkeypatch, index)
    lock = tmp_path / "pins.lock"
    lock.write_text(wheel(index, "abc"), "utf-8")
    wheel(stick, "abc", code="evil = True")
    (found,) = wheels.gather([lock], LINUX, stick)
    assert found.read_bytes() == (index / found.name).read_bytes()


def test_a_full_stick_is_told_from_a_missing_network(tmp_path, monkeypatch):
    assert "HTTPS_PROXY" in wheels._reason("ERROR: No matching distribution found for a", tmp_path)
    full = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    assert "larger stick" in wheels._reason(full, tmp_path)
    monkeypatch.setattr(wheels.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    assert "is full (0.0 GB free)" in wheels._reason("ERROR: broken", tmp_path)


def test_a_wheel_that_was_cut_off_is_removed(tmp_path):
    wheel(tmp_path, "abc")
    path = tmp_path / "abc-1.0-py3-none-any.whl"
    size, longest = wheels.unpacked([path])
    assert 100 < size < 1000 and longest == len("abc-1.0.dist-info/METADATA")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(wheels.WheelError, match=r"was damaged .* run this again"):
        wheels.unpacked([path])
    assert not path.exists()


# --- the stick


class DataModule(SimpleNamespace):
    """Stands for a module of datasets."""


def published(name, kind, content):
    """Stands for what is known of a file of a data set."""
    return SimpleNamespace(name=name, hash=f"{kind}:{hashlib.new(kind, content).hexdigest()}")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose packages, data and helpers are small; what it needs lies in an index."""
    root, index, found = tmp_path / "project", tmp_path / "index", tmp_path / "found"
    for folder in (root, index, found):
        folder.mkdir()
    for name in make_stick.PARTS:
        if "." in name or name in ("Makefile", "LICENSE"):
            (root / name).write_text(f"{name}\n", "utf-8")
        else:
            (root / name / "__pycache__").mkdir(parents=True)
            (root / name / "__pycache__" / "made.pyc").touch()
            (root / name / ".hidden").touch()
            (root / name / "file.txt").write_text(name, "utf-8")
    (root / "class").mkdir()  # what learners have handed in
    (root / "class" / "anna.ipynb").touch()
    check = "import a_package, mnist_helpers, sys\nprint('CHECKED', *sys.argv[1:])\n"
    (root / "tools" / "check_computer.py").write_text(check, "utf-8")
    (root / "mnist_helpers" / "__init__.py").touch()
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["tools"]\n'
        '[project]\nname = "mnist-helpers"\nversion = "2.0"\n'
        "# Á: no text in Windows' own encoding\n",
        "utf-8",
    )
    (root / "tools" / "backend.py").write_text(BACKEND, "utf-8")
    (root / ONE_LOCK).write_text(wheel(index, "a-package"), "utf-8")
    (root / "requirements-uv.lock").write_text(wheel(index, "uv"), "utf-8")
    (found / "mine.npz").write_bytes(b"digits")
    for name in ("x.gz", "y.gz"):
        (found / name).write_bytes(name.encode())
    files = (
        [published("digits.npz", "sha256", b"digits")],
        [published(f"clothes/{name}", "md5", name.encode()) for name in ("x.gz", "y.gz")],
    )
    places = {"mnist": found / "mine.npz", "clothes": found}
    modules = {
        name: DataModule(
            DESCRIPTION=SimpleNamespace(name=name, files=each),
            find=lambda place=places[name]: SimpleNamespace(path=place, note=""),
        )
        for name, each in zip(places, files, strict=True)
    }
    monkeypatch.setattr(make_stick, "ROOT", root)
    monkeypatch.setattr(make_stick, "datasets", SimpleNamespace(spec=1, **modules))
    (found / "weights.h5").write_bytes(b"weights")
    monkeypatch.setattr(make_stick.imagenet, "find", lambda: found / "weights.h5")
    offline(monkeypatch, index)
    return root


def here():
    """The computer that the tests run on, which may be of a kind that no stick is for."""
    system, machine = platform.system(), platform.machine()
    return wheels.Target(system, machine, HERE, ())


@pytest.fixture
def stick(project, tmp_path):
    """A stick for this computer; the wheels lie there already, from a try that broke off."""
    shutil.copytree(tmp_path / "index", tmp_path / "stick" / "wheels")
    (tmp_path / "stick" / make_stick.MARK).touch()
    make_stick.gather(tmp_path / "stick", [here()])
    return tmp_path / "stick"


def test_the_stick_has_all_and_nothing_else(stick, project):
    contents = json.loads((stick / "contents.json").read_text("utf-8"))
    assert sorted(contents["files"]) == [
        *("keras/datasets/clothes/x.gz", "keras/datasets/clothes/y.gz"),
        *("keras/datasets/digits.npz", f"keras/models/{imagenet.NAME}", "project.zip"),
        *("wheels/a_package-1.0-py3-none-any.whl", "wheels/uv-1.0-py3-none-any.whl"),
    ]
    for name, file in contents["files"].items():
        content = (stick / name).read_bytes()
        assert len(content) == file["bytes"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert str(here()) in (stick / "README.txt").read_text("utf-8")
    with zipfile.ZipFile(stick / "project.zip") as archive:
        names = set(archive.namelist())
    assert {"README.md", "requirements.lock", "tools/file.txt", "notebooks/file.txt"} < names
    assert not any("class" in n or "pyc" in n or "hidden" in n for n in names)


def test_what_is_gathered_twice_is_the_same_and_what_is_not_needed_goes(stick):
    before = json.loads((stick / "contents.json").read_text("utf-8"))
    wheel(stick / "wheels", "old")
    (stick / "wheels" / "mine.txt").touch()
    for left in (".1f.part", "._digits.npz", "no_longer_found.npz"):
        (stick / "keras" / "datasets" / left).touch()
    make_stick.gather(stick, [here()])
    assert json.loads((stick / "contents.json").read_text("utf-8")) == before
    assert sorted(path.name.split("-")[0] for path in (stick / "wheels").iterdir()) == [
        *("a_package", "mine.txt", "uv")
    ]


def test_a_folder_with_something_else_gets_no_stick(project, tmp_path):
    mine = tmp_path / "full" / "wheels" / "mine.whl"
    mine.parent.mkdir(parents=True)
    mine.touch()
    with pytest.raises(make_stick.GatherError, match=r"holds something else.* an empty folder"):
        make_stick.gather(tmp_path / "full", [here()])
    assert sorted((tmp_path / "full").rglob("*")) == [mine.parent, mine]


def test_a_new_memory_stick_does_and_a_try_that_broke_off_goes_on(project, tmp_path, monkeypatch):
    def cut(*_):
        raise wheels.WheelError("no network")

    monkeypatch.setattr(wheels, "gather", cut)
    for name in ("System Volume Information", ".Trashes"):
        (tmp_path / "new" / name).mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(wheels.WheelError):
            make_stick.gather(tmp_path / "new", [here()])


def test_every_part_of_the_project_goes_onto_the_stick_or_is_left_out_on_purpose():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a clone")
    top = {name.split("/")[0] for name in tracked.stdout.splitlines()}
    left_out = {"biome.json", "conftest.py", "tests"}
    assert {name for name in top if not name.startswith(".")} - left_out == set(make_stick.PARTS)
    files = {path.relative_to(ROOT).as_posix() for path in make_stick.project_files()}
    models = [name for name in files if name.startswith("mnist_helpers/artifacts/reader/")]
    assert models and "mnist_helpers/serve/web/index.html" in files


def test_a_stick_that_breaks_off_is_not_taken_for_whole(stick, monkeypatch):
    monkeypatch.setattr(
        make_stick, "put_data", lambda _: (_ for _ in ()).throw(OSError(28, "full"))
    )
    with pytest.raises(make_stick.GatherError, match=r"larger stick. The stick is not finished"):
        make_stick.gather(stick, [here()])
    done = start(stick)
    assert done.returncode == 1 and "contents.json is missing" in done.stderr


def test_data_that_are_not_here_are_named_and_mnist_is_needed(project, tmp_path, capsys):
    def lost():
        raise datasets.DataError("Connect to the network.")

    make_stick.datasets.clothes.find = lost
    make_stick.put_data(tmp_path / "keras")
    assert "NOT on the stick: clothes. Connect to the network." in capsys.readouterr().out
    make_stick.datasets.mnist = make_stick.datasets.clothes
    with pytest.raises(make_stick.GatherError, match="MNIST is needed"):
        make_stick.put_data(tmp_path / "keras")


def test_data_in_another_form_than_the_published_one_are_left_out(project, tmp_path, capsys):
    (tmp_path / "found" / "x.gz").write_bytes(b"packed anew")
    put = make_stick.put_data(tmp_path / "keras")
    assert [path.name for path in put] == ["digits.npz", imagenet.NAME]
    assert "NOT on the stick: clothes. what is found here is not in" in capsys.readouterr().out
    (tmp_path / "found" / "mine.npz").write_bytes(b"pictures")
    with pytest.raises(make_stick.GatherError, match="unset MNIST_PATH"):
        make_stick.put_data(tmp_path / "keras")


# --- install.py


def start(stick, *arguments, command=(), **settings):
    """Run install.py of a stick with an empty home, no cache, and no way to the network."""
    home = stick.with_name("home")
    home.mkdir(exist_ok=True)
    nowhere = "http://127.0.0.1:9"
    env = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    env |= {"HOME": str(home), "USERPROFILE": str(home), "PIP_INDEX_URL": f"{nowhere}/simple"}
    env |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), nowhere) | settings
    return subprocess.run(
        [*command, sys.executable, stick / "install.py", *arguments],
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def without_network():
    """Return the beginning of a command that runs where there is no network at all, if it can."""
    command = ["unshare", "--net", "--map-root-user"]
    if (
        shutil.which("unshare")
        and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    ):
        return command
    return []


def test_all_is_installed_without_a_network_or_nothing(stick):
    home = stick.with_name("home")
    folder = home / "mnist"
    done = start(stick, "--no-browser", BROKEN="yes")  # at the last step
    assert done.returncode == 1 and "None of them stays" in done.stderr
    assert (folder / "notebooks").is_dir() and not (folder / ".venv").exists()
    (folder / "my_notebooks").mkdir()
    (folder / "my_notebooks" / "01.ipynb").write_text("my answers")
    (home / ".keras" / "datasets" / "digits.npz").write_bytes(b"mine")
    (home / ".keras" / "datasets" / "clothes" / "x.gz").unlink()

    done = start(stick, "--no-browser", command=without_network())
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "CHECKED --no-browser" in done.stdout and str(Path("tools", "start_lab.py")) in done.stdout
    )
    assert (folder / ".venv" / "ready").is_file()
    assert (folder / "my_notebooks" / "01.ipynb").read_text() == "my answers"
    assert "digits.npz is another file than that of the stick; it stays" in done.stdout
    assert (home / ".keras" / "datasets" / "clothes" / "x.gz").read_bytes() == b"x.gz"
    assert not (folder / ".uv").exists() and not list(home.glob(".mnist-*"))

    done = start(stick)
    assert done.returncode == 0 and "installed already" in done.stdout
    assert "packages (" not in done.stdout


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[::-1]), "is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "is damaged"),
        (lambda path: path.unlink(), "is missing"),
    ],
)
def test_a_stick_with_a_damaged_file_installs_nothing(stick, harm, said):
    harm(stick / "wheels" / "a_package-1.0-py3-none-any.whl")
    for arguments in ([], ["--check"]):
        done = start(stick, *arguments)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert f"wheels/a_package-1.0-py3-none-any.whl {said}" in done.stderr
    assert not list(stick.with_name("home").iterdir())


def test_the_whole_stick_can_be_checked(stick):
    assert "Every file is as it was gathered" in start(stick, "--check").stdout
    (stick / "contents.json").write_text('{"files": ')
    assert "contents.json is damaged" in start(stick, "--check").stderr


def changed(stick, **values):
    """Change what the stick says of this computer's packages."""
    contents = json.loads((stick / "contents.json").read_text("utf-8"))
    contents["targets"][str(here())].update(values)
    (stick / "contents.json").write_text(json.dumps(contents), "utf-8")


def test_a_python_that_the_stick_is_not_for_is_told_which_to_use(stick):
    changed(stick, python="3.99")
    said = start(stick).stderr
    assert "Is Python 3.99 on this computer? Then type: " in said and "3.99 install.py" in said
    changed(stick, machine="z80")
    said = start(stick).stderr
    assert "nothing for this computer" in said and f"\n  {here()}\n" in said


def test_too_little_room_is_told_before_anything_is_written(stick):
    changed(stick, unpacked=1e18)
    done = start(stick)
    assert "too little room" in done.stderr and "GB are needed" in done.stderr
    assert not list(stick.with_name("home").iterdir())


def test_a_folder_with_something_else_stays_as_it_is(stick, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    done = start(stick, tmp_path / "there")
    assert done.returncode == 1 and "holds something else" in done.stderr
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["mine.txt"]
    done = start(stick, tmp_path / "there" / "mine.txt")
    assert "holds something else" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(stick, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(OSError(13, "no")))
    with pytest.raises(stick_contents.StickError, match=r"cannot be written to .no."):
        stick_contents.check_place(tmp_path / "mnist", {"unpacked": 0, "longest": 1})


def test_a_disk_that_gets_full_leaves_no_part(stick, tmp_path, monkeypatch):
    for module in (install_from_stick, stick_contents):
        monkeypatch.setattr(module, "STICK", stick)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))

    def full(source, target):
        Path(target).write_bytes(b"a part")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(install_from_stick.shutil, "copyfile", full)
    with pytest.raises(stick_contents.StickError, match=r"No space left on device.* Make room"):
        install_from_stick.copy_data(stick_contents.read_contents())
    assert not [path for path in (tmp_path / "keras").rglob("*") if path.is_file()]
    monkeypatch.setattr(install_from_stick.Path, "write_text", lambda *_: full(0, tmp_path / "x"))
    with pytest.raises(stick_contents.StickError, match="No space left on device"):
        install_from_stick.unpack(tmp_path / "mnist", "edition")
    assert not list(tmp_path.glob("*mnist*"))


def test_what_lies_in_the_place_of_data_and_cannot_be_read_is_named(stick, tmp_path, monkeypatch):
    for module in (install_from_stick, stick_contents):
        monkeypatch.setattr(module, "STICK", stick)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras" / "datasets" / "digits.npz").mkdir(parents=True)
    with pytest.raises(stick_contents.StickError, match=r"digits.npz cannot be read.*KERAS_HOME"):
        install_from_stick.copy_data(stick_contents.read_contents())


@pytest.mark.parametrize(("system", "enter"), [("Windows", "pushd"), ("Linux", "cd")])
def test_the_last_lines_lead_to_the_folder_on_another_drive_too(
    tmp_path, monkeypatch, capsys, system, enter
):
    monkeypatch.setattr(install_from_stick, "read_contents", dict)
    monkeypatch.setattr(install_from_stick, "choose", lambda contents: {})
    monkeypatch.setattr(install_from_stick, "install", lambda *given: given[-1] / "python")
    monkeypatch.setattr(install_from_stick.subprocess, "call", lambda *_, **__: 0)
    monkeypatch.setattr(install_from_stick.platform, "system", lambda: system)
    monkeypatch.setattr(sys, "argv", ["install.py", str(tmp_path)])
    with pytest.raises(SystemExit):
        install_from_stick.main()
    assert f'\n  {enter} "{tmp_path.resolve()}"\n' in capsys.readouterr().out


def test_windows_needs_a_short_folder_unless_long_paths_are_on(tmp_path, monkeypatch):
    monkeypatch.setattr(stick_contents.platform, "system", lambda: "Windows")
    target = {"unpacked": 0, "longest": 250}
    for on in (True, False):
        monkeypatch.setattr(stick_contents, "has_long_paths", lambda on=on: on)
        if on:
            stick_contents.check_place(tmp_path / "mnist", target)
            continue
        with pytest.raises(stick_contents.StickError, match=r"py install.py C:"):
            stick_contents.check_place(tmp_path / "mnist", target)


def test_without_ensurepip_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(stick_contents.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(stick_contents.StickError, match="apt install python3-venv"):
        stick_contents.check_place(tmp_path / "mnist", {"unpacked": 0, "longest": 1})


def test_an_old_python_can_read_install_py_and_say_that_it_is_too_old():
    for module in ON_STICK:
        ast.parse(Path(module.__file__).read_text("utf-8"), feature_version=(3, 6))
    old = "import sys; sys.version_info = (3, 6)\n"
    code = old + "import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"
    beside = str(Path(stick_contents.__file__).parent)
    done = run_code(code, install_from_stick.__file__, env={"PYTHONPATH": beside})
    assert "This is Python 3.6, which is too old" in done.stderr


def test_install_py_needs_nothing_but_python():
    imported = {
        alias.name.split(".")[0]
        for module in ON_STICK
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names

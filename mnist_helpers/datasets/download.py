"""Fetches the files of a data set into Keras's cache, each whole or not at all."""

import sys
import time
import warnings
from pathlib import Path

from mnist_helpers.datasets.spec import DataError, DataSet, File

TIMEOUT = (3, 20)  # seconds to connect, seconds between two pieces of data
DEADLINE = 600  # seconds for a whole file


def download(data: DataSet, cache: Path) -> str:
    """Fetch the files of a data set; return why no server gave one of them, or "".

    Raises:
        DataError: The cache folder cannot be written, or is full.
    """
    for file in data.files:
        if failure := _fetch(file, cache / file.name, data.name):
            return failure
    return ""


def _fetch(file: File, target: Path, label: str) -> str:
    import requests
    from tqdm import TqdmWarning, tqdm

    with warnings.catch_warnings(action="ignore", category=TqdmWarning):  # no widgets are needed
        import pooch

    class Progress(tqdm):
        """A progress bar that gives up when the server only trickles."""

        def update(self, n: float | None = 1) -> bool | None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not complete after {DEADLINE} s")
            return super().update(n)

    pooch.get_logger().setLevel("ERROR")
    failures = []
    for url in file.urls:
        deadline = time.monotonic() + DEADLINE
        bar = Progress(desc=label, unit="B", unit_scale=True, total=1, delay=1, file=sys.stdout)
        fetch = pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT)
        host = url.split("/")[2]
        try:
            pooch.retrieve(url, file.hash, target.name, target.parent, downloader=fetch)
            return ""
        except (requests.RequestException, TimeoutError) as error:
            failures.append(f"{host}: {type(error).__name__}")
        except ValueError:  # pooch's word for a wrong hash
            failures.append(f"{host}: it sent a file with a wrong hash")
        except OSError as error:
            raise DataError(
                f"{label} cannot be stored in {target.parent} ({error.strerror or error}): free "
                "some space there, or set KERAS_HOME to a folder that you can write to."
            ) from error
        finally:
            bar.close()
    return "; ".join(failures)

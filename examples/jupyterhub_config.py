"""A JupyterHub for one class on one Linux computer: own copies for each, shared data.

    HUB=/srv/class jupyterhub --config examples/jupyterhub_config.py

HUB is a folder with `class.txt`, the learners' names, one a line. docs/teaching/jupyterhub.md
says how to set it up, what it keeps apart, and what it does not.
"""

import os
import re
import resource
import sys
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

PROJECT = Path(__file__).resolve().parents[1]
HUB = Path(os.environ.get("HUB", ".")).resolve()
LEARNERS = HUB / "learners"
MEMORY = 4 * 1024**3  # bytes that each process of a learner may take; notebook 03 takes 1.2 GB
THREADS = "2"  # of TensorFlow in each kernel, so that nobody takes all cores
NAME = "[a-z][a-z0-9-]*"  # of a learner, and of the learner's folder
IDLE = 3600  # seconds without use, after which a kernel or a JupyterLab is ended

sys.path.insert(0, str(PROJECT / "tools"))
import copy_notebooks  # noqa: E402


class LearnerSpawner(SimpleLocalProcessSpawner):
    """Starts JupyterLab as the hub's own user, with a limit to the memory of each process."""

    def make_preexec_fn(self, name):
        """Return what the new process does before it becomes JupyterLab."""
        enter_home = super().make_preexec_fn(name)

        def prepare():
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            enter_home()

        return prepare


def make_home(spawner):
    """Make a learner's folder: links to what all share, and copies that are the learner's own."""
    home = Path(spawner.home_dir)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for shared in ("notebooks", "docs"):  # where links in the notebooks lead
        link = home / shared
        if link.is_symlink() and not link.exists():
            link.unlink()  # it leads nowhere: the project has moved
        if not link.exists():
            link.symlink_to(PROJECT / shared)
    for line in copy_notebooks.make(home):  # never over what is there
        spawner.log.info("%s: %s", spawner.user.name, line)


try:
    names = (HUB / "class.txt").read_text(encoding="utf-8").split()
except OSError as error:
    sys.exit(f"{error.filename} cannot be read: write the learners' names into it, one a line.")
if wrong := [name for name in names if not re.fullmatch(NAME, name)]:
    sys.exit(f"class.txt: {', '.join(wrong)}: a name has small letters, digits and hyphens only.")
c = get_config()  # noqa: F821  # JupyterHub gives it

c.JupyterHub.bind_url = os.environ.get("HUB_ADDRESS", "http://127.0.0.1:8080")
c.JupyterHub.db_url = f"sqlite:///{HUB / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HUB / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(HUB / "proxy.pid")
c.JupyterHub.active_server_limit = len(names)
c.JupyterHub.concurrent_spawn_limit = 10

# Everybody chooses a password when they log in for the first time.
c.JupyterHub.authenticator_class = "firstuseauthenticator.FirstUseAuthenticator"
c.FirstUseAuthenticator.dbm_path = str(HUB / "passwords.dbm")
c.Authenticator.allowed_users = set(names)
c.Authenticator.username_pattern = f"^{NAME}$"

c.JupyterHub.spawner_class = LearnerSpawner
c.SimpleLocalProcessSpawner.home_dir_template = f"{LEARNERS}/{{username}}"
c.Spawner.notebook_dir = f"{LEARNERS}/{{username}}"
c.Spawner.default_url = "/lab/tree/my_notebooks/01_explore_the_data.ipynb"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.pre_spawn_hook = make_home
c.Spawner.http_timeout = 120  # thirty that start at once take long
c.Spawner.start_timeout = 120
c.Spawner.environment = {
    "KERAS_HOME": os.environ.get("KERAS_HOME", str(Path.home() / ".keras")),
    "JUPYTER_CONFIG_PATH": str(PROJECT / "tools" / "jupyter"),  # no question about news
    "TF_NUM_INTRAOP_THREADS": THREADS,
    "OMP_NUM_THREADS": THREADS,
}
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={IDLE}",
    "--MappingKernelManager.cull_connected=True",  # also if its tab is still open
]

# Ends the JupyterLab of learners who are gone; a kernel that computes is not idle.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

"""The prediction service and its page, without TensorFlow: `python -m mnist_helpers.serve`."""

import argparse
import contextlib
import gc
import ipaddress
import socket
import sys
import threading
from pathlib import Path

from mnist_helpers.artifacts import ArtifactError
from mnist_helpers.serve import classifier
from mnist_helpers.serve.app import build_app
from mnist_helpers.serve.limits import HOST, PORT, RECEIVED
from mnist_helpers.serve.server import build_server


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m mnist_helpers.serve", description=__doc__)
    parser.add_argument("--host", default=HOST, help=f"address to listen on ({HOST})")
    parser.add_argument("--port", default=PORT, type=int, help=f"port; 0: a free one ({PORT})")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="folder of an exported model")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name of this service besides localhost; may be repeated",
    )
    parser.add_argument(
        "--proxy",
        action="append",
        default=[],
        type=ipaddress.ip_address,
        metavar="ADDRESS",
        help="a reverse proxy, whose X-Forwarded-For is believed; may be repeated",
    )
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    return parser.parse_args()


def main() -> None:
    """Load the model, listen, and serve until a signal or, if asked to, the end of input."""
    given = options()
    try:
        model = classifier.load(given.model)
        app = build_app(model, given.allow_host)
        listener = socket.create_server(
            (given.host, given.port),
            family=socket.AF_INET6 if ":" in given.host else socket.AF_INET,
            backlog=1024,
        )
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)  # of each connection
    except ArtifactError as error:
        sys.exit(str(error))
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Cannot listen on {given.host}, port {given.port} ({error}): is it in use? "
            "Choose another port with --port."
        )
    host, port = listener.getsockname()[:2]
    print(f"Model {model.version}: {model.name}, trained on {model.trained_on}")
    if not ipaddress.ip_address(host).is_loopback:
        print("Others in the network can reach this service; it asks for no password.")
    print(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
    server = build_server(app, list(map(str, given.proxy)))
    gc.freeze()  # what is loaded by now stays: the garbage collector need not look at it again

    def stop_with_stdin() -> None:
        sys.stdin.read()
        server.should_exit = True

    if given.stop_with_stdin:
        threading.Thread(target=stop_with_stdin, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # asked for with Ctrl+C, and done
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()

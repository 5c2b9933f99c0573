"""The prediction service and its page, without TensorFlow: `python -m mnist_helpers.serve`."""

import argparse
import contextlib
import copy
import gc
import ipaddress
import socket
import sys
import threading
from pathlib import Path

import uvicorn

from mnist_helpers.artifacts import ArtifactError
from mnist_helpers.serve import classifier
from mnist_helpers.serve.app import build_app
from mnist_helpers.serve.limits import HOST, MAX_CONNECTIONS, PATIENCE, PORT


def main() -> None:
    """Load the model, listen, and serve until a signal or, if asked to, the end of input."""
    parser = argparse.ArgumentParser(prog="python -m mnist_helpers.serve", description=__doc__)
    parser.add_argument("--host", default=HOST, help=f"address to listen on ({HOST})")
    parser.add_argument("--port", default=PORT, type=int, help=f"port; 0: a free one ({PORT})")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="folder of an exported model")
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    options = parser.parse_args()
    try:
        model = classifier.load(options.model)
        app = build_app(model)
        listener = socket.create_server(
            (options.host, options.port),
            family=socket.AF_INET6 if ":" in options.host else socket.AF_INET,
            backlog=1024,
        )
    except ArtifactError as error:
        sys.exit(str(error))
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Cannot listen on {options.host}, port {options.port} ({error}): is it in use? "
            "Choose another port with --port."
        )
    host, port = listener.getsockname()[:2]
    print(f"Model {model.version}, trained on {model.trained_on}")
    if not ipaddress.ip_address(host).is_loopback:
        print("Others in the network can reach this service; it asks for no password.")
    print(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
    log = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    log["handlers"]["access"]["stream"] = "ext://sys.stderr"  # nobody may read standard output
    log["formatters"]["access"] = {"format": "%(levelname)s:     %(message)s"}  # the quicker one
    config = uvicorn.Config(
        app,
        http="h11",  # bounds the headers, too
        ws="none",
        log_config=log,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=int(PATIENCE),
        server_header=False,
    )
    server = uvicorn.Server(config)
    gc.freeze()  # what is loaded by now stays: the garbage collector need not look at it again

    def stop_with_stdin() -> None:
        sys.stdin.read()
        server.should_exit = True

    if options.stop_with_stdin:
        threading.Thread(target=stop_with_stdin, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # asked for with Ctrl+C, and done
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()

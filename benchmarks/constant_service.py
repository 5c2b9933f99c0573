"""A service that answers each request with the same text: what a request costs at the least.

It is FastAPI on the same server as ours; its one route receives the body and looks at nothing.
"""

import socket
import sys

from fastapi import FastAPI, Request, Response

from mnist_helpers.serve import limits
from mnist_helpers.serve.server import build_server

app = FastAPI()


@app.post("/predict")
async def answer(request: Request) -> Response:
    """Answer what our service once answered."""
    await request.body()
    return Response(sys.argv[1], media_type="application/json")


def main() -> None:
    """Serve on a free port until standard input ends."""
    server = build_server(app)
    listener = socket.create_server((limits.HOST, 0))
    print(f"http://{limits.HOST}:{listener.getsockname()[1]}", flush=True)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()

"""What the service accepts, and for how long it waits."""

HOST, PORT = "127.0.0.1", 8000

# Of one request.
MAX_BYTES = 10_000_000  # of a body with pictures
MAX_JSON = 1_000_000  # bytes of one with arrays; 100 images have about 400,000
MAX_IMAGES, MAX_FILES = 100, 10
FORMATS = ("PNG", "JPEG", "WEBP")  # what the page sends and phones take; fewer decoders to attack
MAX_UNPACKED = 50_000_000  # bytes that a picture takes while it is unpacked; see decoding.py
MAX_REFUSED = 5 * MAX_BYTES  # taken of bodies that are refused, so that their clients listen
FREE_PIECES, MIN_PIECE = 100, 500  # so many pieces of a body, and one more for so many bytes
MAX_SCANS = 100  # of a JPEG, each of which costs time; cameras make 1, pages about 10

# Of all requests together; one address gets at most half, as long as no other asks (see shares.py).
MAX_BODIES = 40_000_000  # bytes of bodies held at once
MAX_WAITING = 160  # requests whose bodies are there, and which wait for their answer
UNPACKING = 2  # pictures unpacked at a time, each in a process of its own

# Connections; beyond the number, the one that has waited longest for its client is closed.
MAX_CONNECTIONS = 200
RECEIVED = 65_536  # bytes that the system keeps for a connection until the service takes them

# Seconds.
HEAD_TIME = 5.0  # from the connection, or the last answer, until the head of a request is complete
PATIENCE = 10.0  # to receive a body; until it is answered; to stop
TIDY = 3.0  # between two collections of what broken-off requests have left
ANSWER_TIME = 20.0  # from the end of a request until its answer is sent
UNPACKING_TIME = 3.0  # for one picture

THREADS = 4  # besides those of the pictures
SMALL = 20_000  # bytes; larger JSON is read in a thread, so that others are answered meanwhile

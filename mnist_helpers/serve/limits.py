"""What the service accepts, and for how long it waits."""

HOST, PORT = "127.0.0.1", 8000
MAX_BYTES = 10_000_000  # of a request's body
MAX_IMAGES, MAX_FILES = 100, 10  # in a request
PATIENCE = 10.0  # seconds to receive a request; seconds until it is answered; seconds to stop
MAX_CONNECTIONS = 200
UNPACKING = 2  # pictures unpacked at a time: a 25-megapixel one takes up to 620 MB (TIFF, 32 bits)

"""What can be wrong with a picture; nothing of a file is in the messages, but its path."""


class PictureError(ValueError):
    """The picture cannot be turned into a digit's image; the message says what to give."""


class TooLargeError(PictureError):
    """The picture has more pixels than are unpacked, or takes more memory."""


class NoDigitError(PictureError):
    """The picture can be read, but nothing in it can be a digit."""

"""What goes in and out, as the service's description (OpenAPI) has it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mnist_helpers.datasets import mnist
from mnist_helpers.serve.limits import MAX_FILES, MAX_IMAGES

ROWS, COLUMNS, _ = mnist.DESCRIPTION.image_shape
CLASSES = len(mnist.DESCRIPTION.classes)

Shade = Annotated[int, Field(ge=0, le=255, strict=True)]
Row = Annotated[list[Shade], Field(min_length=COLUMNS, max_length=COLUMNS)]
Array = Annotated[list[Row], Field(min_length=ROWS, max_length=ROWS)]


class Images(BaseModel):
    """Images as MNIST has them: rows of shades from 0 (black) to 255 (the white ink)."""

    model_config = ConfigDict(extra="forbid")
    images: Annotated[list[Array], Field(min_length=1, max_length=MAX_IMAGES)]


class Model(BaseModel):
    """Which model answers: the first 12 digits of its file's SHA-256, its name, its data."""

    version: str
    name: str
    trained_on: str


class Prediction(BaseModel):
    """The answer for one image; without a digit in view, `label` is null and `message` says so."""

    label: Annotated[int, Field(ge=0, lt=CLASSES)] | None
    probabilities: Annotated[list[float], Field(min_length=CLASSES, max_length=CLASSES)] | None
    message: str | None
    image: Array | None = Field(None, description="what the network saw, if `with_image` is set")


class Predictions(BaseModel):
    """The answers, in the order of the images."""

    model: Model
    predictions: list[Prediction]


class Health(BaseModel):
    """The service is up, with this model."""

    status: str
    model: Model


class Problem(BaseModel):
    """What was wrong with a request, and what to send instead."""

    detail: str


PROBLEMS = {
    400: "The request is broken off, malformed, or to another name",
    403: "A page of another site has sent the request",
    408: "The body did not arrive in time",
    413: "Too many bytes, images or pixels, or too large a picture when it is unpacked",
    415: "Neither JSON, nor a form, nor a picture",
    422: "Images of the wrong form, a damaged or another kind of picture, or a wrong parameter",
    503: "Too busy: try again later",
}
PARAMETERS = [
    {
        "name": "with_image",
        "in": "query",
        "description": "whether to answer what the network saw, too",
        "schema": {"type": "boolean", "default": False},
    }
]
PICTURE = {"type": "string", "format": "binary"}
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": Images.model_json_schema()},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "items": PICTURE,
                        "minItems": 1,
                        "maxItems": MAX_FILES,
                    }
                },
            }
        },
        "image/png": {"schema": PICTURE},
        "image/jpeg": {"schema": PICTURE},
        "image/webp": {"schema": PICTURE},
    },
}

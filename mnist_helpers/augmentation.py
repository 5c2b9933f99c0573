"""Images changed at random while a network trains, so that it meets more ways of writing.

Each change leaves a digit what it is: nothing is mirrored, and nothing is turned far. All of it
runs in TensorFlow, a batch at a time, beside the training.
"""

import math
from collections.abc import Collection

import tensorflow as tf

# How far each change goes, to either side; each image gets its own amounts.
TURN = math.radians(15)
SHEAR = 0.3  # columns to the side for each row
SIZE, ASPECT = 0.09, 0.15  # of the natural logarithm of the scale
SHIFT = 1.5  # pixels
BEND, GRID = 0.5, (5, 5)  # standard deviation in pixels, drawn at 5×5 places, smooth between
# Share of the way to strokes with a pixel more, or less, all round.
WIDER, NARROWER = 0.8, 0.55
BLUR = 0.7  # share of the way to the mean of 3×3 pixels, nearer ones counting more
GAMMA = 0.5  # of the natural logarithm of the exponent that the shades get
FAINT = 0.3  # share of all shades that may be lost

# The kinds of changes: to another place; turned, sheared and scaled; bent; with another pen.
KINDS = ("shift", "affine", "bend", "pen")


def vary(images: tf.Tensor, kinds: Collection[str] = KINDS) -> tf.Tensor:
    """Change each image at random: its place, size, slant and turn, then its pen.

    Args:
        images: float32 (n, h, w, 1) in [0, 1], white ink on black.
        kinds: Those of `KINDS` that are wanted.

    Returns:
        Of the same shape, type and range.
    """
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"{sorted(unknown)} are none of the kinds of changes: {list(KINDS)}")
    if set(kinds) - {"pen"}:
        images = _move(images, kinds)
    return _change_pen(images) if "pen" in kinds else images


def _uniform(images: tf.Tensor, far: float) -> tf.Tensor:
    """Draw a number for each image, up to so far to either side of 0, (n, 1, 1)."""
    return tf.random.uniform((tf.shape(images)[0], 1, 1), -far, far)


def _move(images: tf.Tensor, kinds: Collection[str] = KINDS) -> tf.Tensor:
    """Turn, shear, scale, shift and bend, all at once, about the middle of the image."""
    count, (height, width) = tf.shape(images)[0], images.shape[1:3]
    far, shift = float("affine" in kinds), SHIFT * ("shift" in kinds)
    turn, shear = _uniform(images, far * TURN), _uniform(images, far * SHEAR)
    size, aspect = _uniform(images, far * SIZE), _uniform(images, far * ASPECT)
    wider, higher = tf.exp(size + aspect), tf.exp(size - aspect / 3)
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    x, y = tf.meshgrid(tf.range(0.0, width) - middle_x, tf.range(0.0, height) - middle_y)
    # From each pixel of the new image to its place in the old one.
    cos, sin = tf.cos(turn), tf.sin(turn)
    old_x = (cos * x + (shear * cos - sin) * y) / wider + middle_x + _uniform(images, shift)
    old_y = (sin * x + (shear * sin + cos) * y) / higher + middle_y + _uniform(images, shift)
    if "bend" not in kinds:
        return _sample(images, old_y, old_x)
    bends = tf.random.normal((count, *GRID, 2), 0, BEND)
    bends = tf.image.resize(bends, (height, width), "bicubic")
    return _sample(images, old_y + bends[..., 0], old_x + bends[..., 1])


def _sample(images: tf.Tensor, y: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """Take shades at places between the pixels, each (n, h, w), from their four neighbours."""
    height, width = images.shape[1:3]
    y, x = tf.clip_by_value(y, 0, height - 1.001), tf.clip_by_value(x, 0, width - 1.001)
    top, left = tf.floor(y), tf.floor(x)
    down, right = y - top, x - left
    flat = tf.reshape(images, (-1, height * width))
    index = tf.reshape(tf.cast(top * width + left, tf.int32), tf.shape(flat))

    def shade(step: int) -> tf.Tensor:
        return tf.reshape(tf.gather(flat, index + step, batch_dims=1), tf.shape(y))

    above = (1 - right) * shade(0) + right * shade(1)
    below = (1 - right) * shade(width) + right * shade(width + 1)
    return ((1 - down) * above + down * below)[..., tf.newaxis]


def _change_pen(images: tf.Tensor) -> tf.Tensor:
    """Make strokes wider or narrower, softer, and their shades lighter or darker."""
    wide, narrow = tf.nn.max_pool2d(images, 3, 1, "SAME"), -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    amount = _uniform(images, 1)[..., tf.newaxis]
    images += WIDER * tf.maximum(amount, 0) * (wide - images)
    images += NARROWER * tf.maximum(-amount, 0) * (narrow - images)
    framed = tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    soft = tf.nn.avg_pool2d(tf.nn.avg_pool2d(framed, 2, 1, "VALID"), 2, 1, "VALID")
    amount = tf.maximum(_uniform(images, BLUR), 0)[..., tf.newaxis]  # half of them stay sharp
    images += amount * (soft - images)
    images **= tf.exp(_uniform(images, GAMMA))[..., tf.newaxis]
    images /= tf.maximum(tf.reduce_max(images, axis=(1, 2, 3), keepdims=True), 1e-3)
    lost = tf.maximum(_uniform(images, FAINT), 0)[..., tf.newaxis]  # half of them keep all ink
    return images * (1 - lost)

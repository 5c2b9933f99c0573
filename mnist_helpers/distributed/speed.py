"""What several machines save, computed: the time of a step, and the time for sending."""


def sending_seconds(
    workers: int, size: float, bits_per_second: float, latency: float = 0.0
) -> float:
    """Return the time in which workers in a ring add up their gradients.

    Each sends 2 · (n - 1) parts, each of one n-th: in n - 1 rounds the parts are added up, in n - 1
    more the sums go round (Patarasuk and Yuan 2009, https://doi.org/10.1016/j.jpdc.2008.09.002).

    Args:
        workers: How many there are, n.
        size: Bytes of all gradients together.
        bits_per_second: What a connection carries.
        latency: Seconds until the first byte of a part is there.
    """
    rounds = 2 * (workers - 1)
    return rounds * (size / workers * 8 / bits_per_second + latency)


def speed_up(
    workers: int,
    whole_seconds: float,
    part_seconds: float,
    size: float,
    bits_per_second: float,
    latency: float = 0.0,
) -> float:
    """Return how many times sooner a step is done when workers share its batch.

    Args:
        workers: How many there are.
        whole_seconds: What one worker computes for the whole batch.
        part_seconds: What it computes for its part of the batch; more than its share, because
            some of a step does not depend on the number of images.
        size: Bytes of all gradients together.
        bits_per_second: What a connection carries.
        latency: Seconds until the first byte of a part is there.
    """
    sending = sending_seconds(workers, size, bits_per_second, latency)
    return whole_seconds / (part_seconds + sending)

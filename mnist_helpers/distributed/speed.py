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
    step_seconds: float,
    size: float,
    bits_per_second: float,
    latency: float = 0.0,
    fixed_seconds: float = 0.0,
) -> float:
    """Return how many times sooner a training is done, with one large batch divided by all.

    Args:
        workers: How many there are.
        step_seconds: Time of a step of one worker with the whole batch.
        size: Bytes of all gradients together.
        bits_per_second: What a connection carries.
        latency: Seconds until the first byte of a part is there.
        fixed_seconds: The part of a step that a smaller batch does not shorten, such as Adam's.
    """
    computing = fixed_seconds + (step_seconds - fixed_seconds) / workers
    return step_seconds / (computing + sending_seconds(workers, size, bits_per_second, latency))

"""One address gets at most half of what all share, and there is something left for another."""

import asyncio

import pytest

from mnist_helpers.serve.shares import Shares, Turns, household


def test_one_address_gets_half():
    shares = Shares(100)
    with shares.lending("a") as loan:
        assert [loan.take(10) for _ in range(7)] == [True] * 5 + [False] * 2


def test_one_address_gets_half_however_many_requests_it_sends():
    shares = Shares(100)
    with shares.lending("a") as first, shares.lending("a") as second:
        assert first.take(30) and not second.take(30) and second.take(20)


def test_however_much_others_have_there_is_something_left():
    shares, loans = Shares(1024), []
    for number in range(6):
        with shares.lending(f"{number}") as loan:
            while loan.take(1):
                loans.append(1)
            loan._taken = 0  # it keeps all that it has got
    assert shares.free >= 1024 / 2**6 and shares.free < 200
    with shares.lending("a newcomer") as loan:
        assert loan.take(1)


def test_all_comes_back():
    shares = Shares(100)
    with shares.lending("a") as loan:
        assert loan.take(50)
        loan.give_back()
        assert loan.take(50)
    assert shares.free == 100 and not shares.lent


def test_what_is_refused_takes_nothing():
    shares = Shares(100)
    with shares.lending("a") as loan:
        assert not loan.take(51)
        assert shares.free == 100


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no:address", "unknown"),
        ("", ""),
    ],
)
def test_a_household_counts_as_one_address(address, expected):
    assert household(address) == expected


def in_turn(arrivals, count=1, given_up=()):
    """Let addresses come one after the other, and then work one after the other; the order."""

    async def come():
        turns, order = Turns(count), []

        async def work(address, number):
            await turns.take(address)
            order.append(f"{address}{number}")
            await asyncio.sleep(0.01)
            turns.end(address)

        tasks = []
        for number, address in enumerate(arrivals):
            tasks.append(asyncio.create_task(work(address, number)))
            await asyncio.sleep(0)
        for number in given_up:
            tasks[number].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert turns._free == count and not turns._waiting and not turns._of
        return order

    return asyncio.run(come())


def test_who_has_fewest_before_is_next():
    assert in_turn("aaaab") == ["a0", "b4", "a1", "a2", "a3"]
    assert in_turn("aaabbc") == ["a0", "b3", "c5", "a1", "b4", "a2"]


def test_at_the_same_rank_who_came_first_is_first():
    assert in_turn("abcd") == ["a0", "b1", "c2", "d3"]


def test_as_many_work_at_a_time_as_may():
    assert in_turn("aaab", count=2) == ["a0", "a1", "b3", "a2"]


def test_who_gives_up_is_passed_over():
    assert in_turn("aaab", given_up=[1, 3]) == ["a0", "a2"]


def test_who_gives_up_when_the_turn_comes_passes_it_on():
    async def give_up():
        turns = Turns(1)
        await turns.take("a")
        second, third = (asyncio.create_task(turns.take(address)) for address in "bc")
        await asyncio.sleep(0)
        turns.end("a")  # the turn is the second's,
        second.cancel()  # which does not know it yet
        await asyncio.wait([second, third], timeout=1)
        assert second.cancelled() and third.done() and not third.cancelled()

    asyncio.run(give_up())

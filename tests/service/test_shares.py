"""One address gets at most half of what all share, and there is something left for another."""

import pytest

from mnist_helpers.serve.shares import Shares, household


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

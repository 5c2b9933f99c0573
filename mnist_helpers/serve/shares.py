"""What all clients may have of something together, and how much of that one address may have."""

import contextlib
import ipaddress
from collections import Counter
from collections.abc import Iterator


class Shares:
    """An amount that is lent out, to each address at most as much as is then still free.

    So one address alone gets half of it, which is enough for a class behind one router; and
    however much some addresses have taken, there is something left for another.
    """

    def __init__(self, amount: int) -> None:
        """Start with all of it free."""
        self.free = amount
        self.lent: Counter[str] = Counter()

    @contextlib.contextmanager
    def lending(self, address: str) -> Iterator["Loan"]:
        """Give a loan, of nothing yet; all of it comes back in the end."""
        loan = Loan(self, household(address))
        try:
            yield loan
        finally:
            loan.give_back()


def household(address: str) -> str:
    """Return what counts as one address: of IPv6 its first half, since a household has the rest."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_interface(f"{address.partition('%')[0]}/64").network)
    except ValueError:  # what a proxy has passed on
        return "unknown"


class Loan:
    """What one request has taken."""

    def __init__(self, shares: Shares, address: str) -> None:
        """Take nothing yet."""
        self._shares, self._address, self._taken = shares, address, 0

    def take(self, amount: int) -> bool:
        """Take so much more, if that may be."""
        shares, address = self._shares, self._address
        if shares.lent[address] + amount > shares.free - amount:
            return False
        shares.free -= amount
        shares.lent[address] += amount
        self._taken += amount
        return True

    def give_back(self) -> None:
        """Give back all that was taken."""
        shares, address = self._shares, self._address
        shares.free += self._taken
        shares.lent[address] -= self._taken
        self._taken = 0
        if not shares.lent[address]:
            del shares.lent[address]

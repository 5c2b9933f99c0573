"""What all clients have of something together: how much of it is one address's, and who is next."""

import asyncio
import contextlib
import heapq
import ipaddress
import itertools
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
        loan = Loan(self, address)
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


class Turns:
    """Lets so many work at a time; next is who has the fewest of the same address before it.

    So the first of one address need not wait for the hundredth of another.
    """

    def __init__(self, count: int) -> None:
        """Start with all of them free."""
        self._free = count
        self._of: Counter[str] = Counter()  # how many work or wait, for each address
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []  # a heap
        self._number = itertools.count()

    async def take(self, address: str) -> None:
        """Wait for a turn; `end` ends it."""
        self._of[address] += 1
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._of[address], next(self._number), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave(address)
            else:  # it came at the same moment
                self.end(address)
            raise

    def end(self, address: str) -> None:
        """Pass the turn on."""
        self._leave(address)
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                return turn.set_result(None)
        self._free += 1
        return None

    def _leave(self, address: str) -> None:
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]

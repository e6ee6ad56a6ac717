"""Cables that hold back what goes through them: for kernels whose `tc` knows no delay.

python -m benchmarks.cables MILLISECONDS NAME:NAME [NAME:NAME …]

makes two network devices (TAP) for every cable, named as asked, and carries frames from the first to the second after
so many milliseconds, and from the second to the first at once. A line on standard output says when all are there; they
disappear with the process. Linux only, and root's. The devices may be moved to other namespaces meanwhile.
"""

import contextlib
import fcntl
import heapq
import itertools
import os
import selectors
import struct
import sys
import time
from collections.abc import Sequence

_MAKE_DEVICE, _TAP, _BARE = 0x400454CA, 0x0002, 0x1000  # TUNSETIFF, IFF_TAP, IFF_NO_PI of Linux's if_tun.h
_FRAME = 1 << 16
_AT_ONCE = 64  # frames taken from one device before the others have their turn


def device(name: str) -> int:
    """A new network device of this name; what it sends can be read from the file, what is written there it receives."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(file, _MAKE_DEVICE, struct.pack("16sH22x", name.encode(), _TAP | _BARE))
    except OSError:
        os.close(file)
        raise
    return file


def carry(ends: dict[int, tuple[int, float]]) -> None:
    """Carry frames for ever: what comes from a file goes to the other one, so many seconds later."""
    waiting: list[tuple[float, int, int, bytes]] = []
    order = itertools.count()
    with selectors.DefaultSelector() as ears:
        for end in ends:
            ears.register(end, selectors.EVENT_READ)
        while True:
            pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
            for key, _ in ears.select(pause):
                other, delay = ends[key.fd]
                for frame in frames(key.fd):
                    heapq.heappush(waiting, (time.monotonic() + delay, next(order), other, frame))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, other, frame = heapq.heappop(waiting)
                deliver(other, frame)


def frames(end: int) -> list[bytes]:
    """What a device has sent."""
    found: list[bytes] = []
    with contextlib.suppress(OSError):  # no more, or the device is down
        while len(found) < _AT_ONCE:
            found.append(os.read(end, _FRAME))
    return found


def deliver(end: int, frame: bytes) -> None:
    """Hand a frame to a device; as on any cable it is lost where nobody can take it."""
    with contextlib.suppress(OSError):
        os.write(end, frame)


def main(arguments: Sequence[str]) -> None:
    delay = float(arguments[0]) / 1000
    ends: dict[int, tuple[int, float]] = {}
    for names in arguments[1:]:
        first, second = map(device, names.split(":"))
        ends |= {first: (second, delay), second: (first, 0.0)}
    print("ready", flush=True)
    carry(ends)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Runs a command line in a process of its own, where the limits are smaller than a user can make them.

    python -m tests.collect.driver '{"floor": 0.02, "names": {"site.test": ["127.0.0.1"]}}' collect …

`names` are answers of DNS, one after another; addresses in `public` count as such, wherever they are.
"""

import json
import os
import socket
import sys
from typing import Any


def answers(names: dict[str, list[list[str]]]) -> Any:
    """Names are looked up here first; the last answer stays."""
    really = socket.getaddrinfo

    def look_up(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host not in names:
            return really(host, port, *more, **options)
        answer = names[host].pop(0) if len(names[host]) > 1 else names[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

    return look_up


def main() -> int:
    wanted = json.loads(sys.argv[1])
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    socket.getaddrinfo = answers(wanted.get("names", {}))  # before Twisted takes it

    from zerokara.cli import main as command
    from zerokara.collect import addresses, journal, manners, plan, spider

    plan.FLOOR = wanted["floor"]
    journal.SYNCHRONOUS = "OFF"  # faster, and as safe against a kill, not against a loss of power
    manners.BACK_OFF = wanted["floor"]
    spider.PICTURE_LIMIT = wanted.get("picture_limit", spider.PICTURE_LIMIT)
    spider.PAGE_LIMIT = wanted.get("page_limit", spider.PAGE_LIMIT)
    public, is_local = wanted.get("public", []), addresses.is_local
    addresses.is_local = manners.is_local = lambda address: address not in public and is_local(address)
    return command(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())

"""Several hosts on one machine: network namespaces with addresses and names of their own, joined by a simulated switch.

python -m benchmarks.hosts --count 3 --rate 1gbit --delay 20 -- python program.py

runs the program on three hosts, a process on each. What goes between two of them passes a virtual cable with a rate
and a delay (milliseconds there and back), which `tc` simulates, or, where the kernel's `tc` knows no delay, `cables`.
Linux only, and root's. All is removed in the end.
"""

import argparse
import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

NET = "10.77.0."
_APART = "unshare --uts --pid --fork --kill-child --mount-proc"  # a name and processes of its own


class Hosts:
    """Hosts number 0 … count−1, named zkhost0 and so on; made by `hosts`."""

    def __init__(self, count: int, folder: Path) -> None:
        self.count, self._folder = count, folder
        self._tag = f"zk{os.getpid()}"
        self._cables: subprocess.Popen[bytes] | None = None

    @property
    def addresses(self) -> list[str]:
        """Of every host."""
        return [f"{NET}{k + 1}" for k in range(self.count)]

    def namespace(self, host: int) -> str:
        """The name of its network namespace."""
        return f"{self._tag}h{host}"

    def command(self, ranks: Sequence[int], program: Sequence[str]) -> list[str]:
        """The command that starts so many processes of a program on every host, from the first host."""
        where = ",".join(f"{a}:{n}" for a, n in zip(self.addresses, ranks, strict=True))
        mpiexec = str(Path(sys.executable).parent / "mpiexec")
        start = ["-launcher", "ssh", "-launcher-exec", str(self._folder / "ssh"), "-hosts", where]
        # processes of one kernel would find each other's memory, and leave the cables alone
        only_cables = {"MPIR_CVAR_NOLOCAL": "1", "UCX_TLS": "tcp", "FI_PROVIDER": "tcp"}
        apart = [word for name, value in only_cables.items() for word in ("-genv", name, value)]
        inside = [mpiexec, *start, *apart, "-n", str(sum(ranks)), *program]
        return ["ip", "netns", "exec", self.namespace(0), *inside]

    def cable(self, host: int, *, plugged: bool) -> None:
        """Pull the cable of a host, or plug it in again."""
        _do(f"ip -n {self._tag}sw link set p{host} {'up' if plugged else 'down'}")

    def make(self, rate: str, delay: float) -> None:
        """Namespaces, cables and a switch."""
        switch = f"{self._tag}sw"
        _do(f"ip netns add {switch}")
        _do(f"ip -n {switch} link add name zkbridge type bridge")
        _do(f"ip -n {switch} link set zkbridge up")
        for host in range(self.count):
            _do(f"ip netns add {self.namespace(host)}")
        netem = self._lay_cables(delay)
        for host, address in enumerate(self.addresses):
            name = self.namespace(host)
            _do(f"ip -n {switch} link set p{host} master zkbridge up")
            _do(f"ip -n {name} link set lo up")
            _do(f"ip -n {name} addr add {address}/24 dev zkv{host}")
            _do(f"ip -n {name} link set zkv{host} up")
            cable = f"tc -n {name} qdisc add dev zkv{host} root"
            if netem:
                _do(f"{cable} netem delay {delay / 2}ms limit 100000" + (f" rate {rate}" if rate else ""))
            elif rate:
                _do(f"{cable} tbf rate {rate} burst 256k latency 100ms")
        self._write_ssh()

    def _lay_cables(self, delay: float) -> bool:
        """Join the namespaces with the switch: by the kernel's cables, or by slow ones where it cannot delay them.

        Whether `netem` is there, and still to be asked for the delay.
        """
        ends = [(f"zkv{host}", self.namespace(host), f"p{host}", f"{self._tag}sw") for host in range(self.count)]
        if not delay or _has_netem():
            for own, name, port, switch in ends:
                _do(f"ip link add {own} netns {name} type veth peer name {port} netns {switch}")
            return bool(delay)
        pairs = [(f"{self._tag}a{host}", f"{self._tag}b{host}") for host in range(self.count)]
        command = [sys.executable, "-m", "benchmarks.cables", str(delay / 2), *(f"{a}:{b}" for a, b in pairs)]
        self._cables = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": _path()})
        assert self._cables.stdout is not None
        if self._cables.stdout.readline() != b"ready\n":
            raise RuntimeError("no cables with a delay can be made here: is there a /dev/net/tun?")
        for (a, b), (own, name, port, switch) in zip(pairs, ends, strict=True):
            _do(f"ip link set {a} netns {name} name {own}")
            _do(f"ip link set {b} netns {switch} name {port}")
        return False

    def _write_ssh(self) -> None:
        """What mpiexec takes for ssh: it enters the namespace whose address is asked for.

        What runs there sees the processes of no other host, nor mpiexec.
        """
        cases = "".join(f"{a}) n={self.namespace(k)}; h=zkhost{k};;\n" for k, a in enumerate(self.addresses))
        script = (
            '#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do shift; done\nwhere="$1"; shift\n'
            f'case "$where" in\n{cases}*) exit 1;;\nesac\n'
            f'exec ip netns exec "$n" {_APART} sh -c "hostname $h; exec $*"\n'
        )
        path = self._folder / "ssh"
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def remove(self) -> None:
        """Take everything away, and end what still runs there."""
        for name in [*(self.namespace(k) for k in range(self.count)), f"{self._tag}sw"]:
            found = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout
            for number in found.split():
                with contextlib.suppress(OSError):
                    os.kill(int(number), 9)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        if self._cables is not None:
            self._cables.kill()
            self._cables.communicate()


@contextmanager
def hosts(count: int, rate: str = "", delay: float = 0.0) -> Iterator[Hosts]:
    """So many hosts, for as long as the block lasts. RuntimeError where they cannot be made."""
    with tempfile.TemporaryDirectory() as folder:
        made = Hosts(count, Path(folder))
        try:
            made.make(rate, delay)
            yield made
        finally:
            made.remove()


def why_not(rate: str = "1gbit", delay: float = 0.0) -> str:
    """Why there can be no such hosts here; "" where there can."""
    if not shutil.which("ip") or not shutil.which("tc") or not shutil.which("unshare"):
        return "ip, tc and unshare are not all here"
    try:
        with hosts(1, rate, delay):
            return ""
    except RuntimeError as error:
        return str(error)


def _has_netem() -> bool:
    """Whether the kernel's `tc` can delay what it sends: tried in a namespace that is taken away again."""
    name = f"zk{os.getpid()}netem"
    _do(f"ip netns add {name}")
    try:
        _do(f"tc -n {name} qdisc add dev lo root netem delay 1ms")
    except RuntimeError:
        return False
    finally:
        _do(f"ip netns del {name}")
    return True


def _path() -> str:
    """Where Python finds this package."""
    return os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])


def _do(line: str) -> None:
    done = subprocess.run(line.split(), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{line}: {done.stderr.strip()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--ranks", type=int, default=1, help="processes on each host")
    parser.add_argument("--rate", default="", help="of a cable, such as 1gbit")
    parser.add_argument("--delay", type=float, default=0.0, help="milliseconds there and back")
    parser.add_argument("program", nargs="+")
    arguments = parser.parse_args()
    with hosts(arguments.count, arguments.rate, arguments.delay) as made:
        return subprocess.run(made.command([arguments.ranks] * arguments.count, arguments.program)).returncode


if __name__ == "__main__":
    sys.exit(main())

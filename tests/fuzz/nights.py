"""Many cases in processes of their own, so that a crash or a standstill is a finding and not the end of the night."""

import json
import queue
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any

CHUNK = 200
PATIENCE = 300.0
"""Seconds after which a process that says nothing stands still."""


def cases(first: int, count: int) -> "queue.Queue[tuple[int, int]]":
    """The cases in chunks: (first, how many)."""
    waiting: queue.Queue[tuple[int, int]] = queue.Queue()
    for start in range(first, first + count, CHUNK):
        waiting.put((start, min(CHUNK, first + count - start)))
    return waiting


class Night:
    """Runs chunks of cases of one fuzzer, and counts."""

    def __init__(self, name: str, seed: int, jobs: int) -> None:
        self.name, self.seed, self.jobs = name, seed, jobs
        self.failed: list[dict[str, Any]] = []
        self.refused: Counter[str] = Counter()
        self.invalid: Counter[str] = Counter()
        self.done = self.calls = self.refused_cases = 0
        self._lock = threading.Lock()
        self._begun = time.monotonic()

    def run(self, waiting: "queue.Queue[tuple[int, int]]") -> None:
        """Go through all chunks."""
        workers = [threading.Thread(target=self._work, args=(waiting,)) for _ in range(self.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _work(self, waiting: "queue.Queue[tuple[int, int]]") -> None:
        while True:
            try:
                first, count = waiting.get_nowait()
            except queue.Empty:
                return
            while count > 0:
                seen, end = self._process(first, count)
                if seen < count:
                    self._take(
                        {"case": first + seen, "failed": end, "kind": end, "refused": [], "invalid": "", "calls": 0}
                    )
                    seen += 1
                first, count = first + seen, count - seen
            self._progress()

    def _process(self, first: int, count: int) -> tuple[int, str]:
        """One process over these cases: how many it told of, and how it ended."""
        command = [sys.executable, "-m", "tests.fuzz", "--only", self.name, "--seed", str(self.seed)]
        command += ["--lines", "--first", str(first), "--cases", str(count)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        seen, timer = 0, threading.Timer(PATIENCE, process.kill)
        timer.start()
        assert process.stdout is not None
        for told in process.stdout:
            timer.cancel()
            self._take(json.loads(told))
            seen += 1
            timer = threading.Timer(PATIENCE, process.kill)
            timer.start()
        timer.cancel()
        code = process.wait()
        return seen, f"the process ended with {code} (a crash, or it stood still)"

    def _take(self, told: dict[str, Any]) -> None:
        with self._lock:
            self.done += 1
            self.calls += told["calls"]
            self.refused_cases += bool(told["refused"])
            for reason in set(told["refused"]):
                self.refused[reason_of(reason)] += 1
            if told["invalid"]:
                self.invalid[reason_of(told["invalid"])] += 1
            if told["failed"]:
                self.failed.append(told)

    def _progress(self) -> None:
        passed = time.monotonic() - self._begun
        sys.stderr.write(
            f"{self.name}: {self.done} cases, {len(self.failed)} fail, {self.done / passed:.1f} a second\n"
        )

    def tell(self) -> None:
        """The summary: how many agree, which fail and how to see each again, what was refused and why."""
        say = sys.stdout.write
        share = 100 * self.refused_cases / max(1, self.done)
        say(f"\n{self.name}: {self.done} cases, {self.calls} calls compared, {len(self.failed)} fail\n")
        say(f"refused by the recorder: {self.refused_cases} cases ({share:.1f} %)\n")
        for reason, count in self.refused.most_common():
            say(f"  {count:6d}  {reason}\n")
        if self.invalid:
            say(f"no step at all, as all say: {sum(self.invalid.values())}\n")
        for reason, count in self.invalid.most_common(20):
            say(f"  {count:6d}  {reason}\n")
        kinds = Counter(reason_of(f["kind"]) for f in self.failed)
        for kind, count in kinds.most_common():
            first = min((f for f in self.failed if reason_of(f["kind"]) == kind), key=lambda f: int(f["case"]))
            say(f"FAILED {count:6d}  {kind}: {first['failed'][:300]}\n")
            seed = f" --seed {self.seed}" if self.seed else ""
            say(f"        python -m tests.fuzz --only {self.name} --case {first['case']}{seed}\n")


def reason_of(text: str) -> str:
    """The same reason for other numbers and names."""
    return re.sub(r"\d+(\.\d+)?(e-?\d+)?|'[^']*'", "…", text)[:160]

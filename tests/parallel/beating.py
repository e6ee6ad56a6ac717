"""A process with a heartbeat and nothing else, without MPI: `python beating.py FOLDER RANK HOST …`, a host for each."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from zerokara.parallel.heartbeat import Heartbeat


def main() -> None:
    """Beat until somebody is lost."""
    folder, rank, homes = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    told = folder / "door.json"

    def share(value: Any) -> Any:
        if rank == 0:
            (folder / "door").write_text(json.dumps(value))
            (folder / "door").replace(told)
        while not told.exists():
            time.sleep(0.01)
        return json.loads(told.read_text())

    Heartbeat(rank, [f"rank {k} (process {k} on {home})" for k, home in enumerate(homes)], share)
    (folder / f"pid{rank}").write_text(f"{os.getpid()} ")
    time.sleep(60)


if __name__ == "__main__":
    main()

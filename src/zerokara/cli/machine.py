"""What this runs on: versions, processor, threads. Nothing heavy is imported to find out."""

import os
import platform
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "numba", "scipy", "scikit-learn", "pillow", "safetensors")


def environment() -> dict[str, str]:
    """Name → value, in the order in which it is shown."""
    from zerokara.kernels import kernel_family
    from zerokara.release import __version__

    return {
        "zerokara": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": _processor(),
        "cores": str(_cores()),
        "threads": os.environ.get("NUMBA_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or str(_cores()),
        "kernels": kernel_family(),
    }


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"


def _cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name") and ":" in line)
    return next(named, platform.processor() or platform.machine() or "unknown")

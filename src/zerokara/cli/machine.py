"""What this runs on: versions, processor, threads. Nothing heavy is imported to find out."""

import platform
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "numba", "scipy", "scikit-learn", "pillow", "safetensors")


def environment() -> dict[str, str]:
    """Name → value, in the order in which it is shown."""
    from zerokara.kernels import kernel_family, processor_count, thread_count
    from zerokara.release import __version__

    return {
        "zerokara": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": _processor(),
        "cores": str(processor_count()),
        "threads": str(thread_count()),
        "kernels": kernel_family(),
    }


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name") and ":" in line)
    return next(named, platform.processor() or platform.machine() or "unknown")

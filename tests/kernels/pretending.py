"""A program: kernels compared with their definitions, as a processor with other vectors would compute them.

Run by test_other_processors.py: `python -m tests.kernels.pretending BYTES ROWS FAMILY …`, with vectors of so many bytes
and tiles of so many rows. The instructions are those that NUMBA_CPU_FEATURES names, or all that this processor has;
vectors that it lacks are put together from shorter ones.
"""

import importlib.util
import sys
from typing import Any


def pretend(size: int, rows: int) -> None:
    """Load what says how the vectors are, and change it before the kernels ask."""
    assert "zerokara.kernels.compiled" not in sys.modules
    package = importlib.util.find_spec("zerokara.kernels")
    assert package is not None
    assert package.submodule_search_locations is not None
    (folder,) = package.submodule_search_locations
    name = "zerokara.kernels.compiled.simd"
    spec = importlib.util.spec_from_file_location(name, f"{folder}/compiled/simd.py")
    assert spec is not None
    assert spec.loader is not None
    simd: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(simd)
    simd.VECTOR_BYTES, simd.ROWS = size, rows
    simd.FEATURES += f",vectors of {size} bytes,tiles of {rows} rows"  # their machine code is kept by itself
    sys.modules[name] = simd


def compare(families: list[str]) -> None:
    """Every call of these families, cut for two threads, so that parts begin and end within vectors."""
    from tests.kernels import sampled
    from tests.kernels.families import assert_close

    for family in families:
        for dtype in sampled.DTYPES:
            for name, args in sampled.calls(family, dtype):
                with sampled.named(name, args), sampled.shared_by(2):
                    found = sampled.outcome(sampled.kernel(name), args)
                    assert_close(found, sampled.outcome(sampled.definition(name), args))


if __name__ == "__main__":
    pretend(int(sys.argv[1]), int(sys.argv[2]))
    compare(sys.argv[3:])

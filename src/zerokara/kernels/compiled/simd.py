"""What the processor's vector unit is like: how wide its registers are, and how many there are.

Asked of the machine, or of NUMBA_CPU_FEATURES where that says which instructions may be used (it is how the code for
other processors is tested on this one). Everything else is written for any width.
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numba
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

cgutils: Any = _cgutils  # numba.core is not annotated
_settings: Any = numba.config

FEATURES: str = _settings.CPU_FEATURES or llvmlite.binding.get_host_cpu_features().flatten()
"""The processor's abilities as LLVM names them: "+avx2,+fma,-avx512f,…"."""

_ARM = "aarch64" in llvmlite.binding.get_process_triple() or "arm64" in llvmlite.binding.get_process_triple()
_AVX512, _AVX2 = "+avx512f" in FEATURES.split(","), "+avx2" in FEATURES.split(",")

VECTOR_BYTES = 64 if _AVX512 else 32 if _AVX2 else 16
"""The width of a vector register."""

ROWS = 13 if _AVX512 or _ARM else 6
"""Rows of a tile: with two vectors each, 26 of 32 registers (or 12 of 16) hold sums. 13 rows suit filters of 5×5."""


_NAME: str = _settings.CPU_NAME or llvmlite.binding.get_host_cpu_name()

HALVED = _AVX512 and _NAME == "znver4"
"""Whether a whole vector takes twice as long as half a one, since the processor does it in two halves."""


@intrinsic
def _copy(context, target, target_at, source, source_at, count):  # type: ignore[no-untyped-def]
    """target[target_at + k] = source[source_at + k] for k < count, as one block of memory."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        places = [b.gep(context.make_array(signature.args[k])(context, b, args[k]).data, [args[k + 1]]) for k in (0, 2)]
        size = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
        cgutils.raw_memcpy(b, *places, args[4], size)
        return context.get_dummy_value()

    return types.void(target, types.intp, source, types.intp, types.intp), emit


copy: Callable[..., Any] = _copy

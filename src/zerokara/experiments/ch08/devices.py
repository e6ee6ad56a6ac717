"""Which graphics processors there are."""

import ctypes
import sys

LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


def graphics_processors() -> list[str]:
    """The names of the NVIDIA GPUs that the system's own driver tells of; empty where there is no such driver."""
    try:
        driver = ctypes.CDLL(LIBRARY)
    except OSError:
        return []
    count = ctypes.c_int()
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)):
        return []
    return [_name(driver, number) for number in range(count.value)]


def _name(driver: ctypes.CDLL, number: int) -> str:
    device, name = ctypes.c_int(), ctypes.create_string_buffer(200)
    known = not driver.cuDeviceGet(ctypes.byref(device), number)
    if known and not driver.cuDeviceGetName(name, len(name), device):
        return name.value.decode(errors="replace")
    return f"GPU {number}"

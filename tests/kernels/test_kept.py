"""Machine code is kept as long as what it was made of is the same: each kernel by itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import zerokara.kernels.compiled  # noqa: F401  (all kernels)
from tests.sweeps import long
from zerokara.kernels.compiled import build, kept, winograd_passes

FOLDER = Path(kept.__file__).parent
KERNELS = {kernel.name: kernel for kernel in build.KERNELS}
assert len(KERNELS) == len(build.KERNELS)  # files are called so

COMPILED = """
import json, sys
import numpy as np
from numba.core import event
from zerokara.kernels.compiled import build, vectors

class Noting(vectors.Writer):
    def __init__(self, *args):
        super().__init__(*args)
        files.add(sys._getframe(1).f_locals["function"].__code__.co_filename)

vectors.Writer = Noting
kernels = {kernel.name: kernel for kernel in build.KERNELS}
found = {}
for name in sys.argv[1:]:
    files = set()
    with event.install_recorder("numba:compile") as seen:
        kernels[name].on(np.dtype(np.float32))
    files.update(each.data["dispatcher"].py_func.__code__.co_filename for _, each in seen.buffer)
    found[name] = sorted(files)
print(json.dumps(found))
"""


def followed(name: str) -> set[str]:
    found = kept._Followed()
    found.add(KERNELS[name]._function)
    return {path.name for path in found.files}


def fingerprint(name: str) -> str:
    return kept.fingerprint(KERNELS[name]._function, KERNELS[name]._signature)


@pytest.mark.parametrize("names", ["cross_entropy_mean largest_spread", long("sum_over_tiles statistics")])
def test_every_file_that_is_compiled_into_a_kernel_counts(names: str, tmp_path: Path) -> None:
    """What Numba itself says that it compiles, and who writes instructions meanwhile."""
    settings = {**os.environ, "ZEROKARA_CACHE": str(tmp_path), "ZEROKARA_QUIET": "1"}
    command = [sys.executable, "-c", COMPILED, *names.split()]
    done = subprocess.run(command, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, files in json.loads(done.stdout).items():
        compiled = {Path(file).name for file in files if Path(file).parent == FOLDER}
        assert compiled, name
        assert compiled <= followed(name), name


def test_a_change_in_a_file_concerns_the_kernels_that_are_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: fingerprint(name) for name in KERNELS}
    contents = kept._contents
    for changed in ("winograd_product.py", "tiles.py", "exponential.py", "relu.py", "vectors.py"):
        with monkeypatch.context() as patch:
            patch.setattr(kept, "_contents", lambda p, c=changed: b"new" if p.name == c else contents(p))
            assert {n for n in KERNELS if fingerprint(n) != before[n]} == {n for n in KERNELS if changed in followed(n)}
    assert "winograd_product.py" in followed("convolve")
    assert "winograd_product.py" not in followed("slide")
    assert "exponential.py" in followed("cross_entropy_mean")
    assert len(set(before.values())) == len(before)


def test_how_kernels_are_compiled_concerns_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: fingerprint(name) for name in KERNELS}
    contents = kept._contents
    monkeypatch.setattr(kept, "_contents", lambda p: b"new" if p.name == "build.py" else contents(p))
    assert not set(before.values()) & {fingerprint(name) for name in KERNELS}


def test_a_value_that_a_kernel_names_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the lanes of this machine's vectors, which no file tells."""
    before = fingerprint("convolve"), fingerprint("relu")
    monkeypatch.setattr(winograd_passes, "PAD", winograd_passes.PAD + 1)
    assert fingerprint("convolve") != before[0]
    assert fingerprint("relu") == before[1]


def test_another_signature_is_another_kernel() -> None:
    function = KERNELS["relu"]._function
    assert kept.fingerprint(function, "void(f4[::1])") != kept.fingerprint(function, "void(f8[::1])")


def test_the_machine_and_the_compiler_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.machine()
    monkeypatch.setattr(kept, "FEATURES", "another processor")
    assert kept.machine() != before


def test_a_subkernel_has_another_name_after_every_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code that was kept calls by name what it was compiled for, and a kernel is another one, too."""
    product = next(part for part in build.SUBKERNELS if part.name == "product")
    assert product in KERNELS["slide"].subkernels
    assert product in KERNELS["convolve"].subkernels  # by way of another
    assert product not in KERNELS["relu"].subkernels
    numbers, contents = np.dtype(np.float32), kept._contents
    before = product.symbol(numbers), fingerprint("slide"), fingerprint("relu")
    monkeypatch.setattr(kept, "_contents", lambda p: b"new" if p.name == "tiles.py" else contents(p))
    monkeypatch.delattr(product, "_stamp")
    changed = product.symbol(numbers), fingerprint("slide"), fingerprint("relu")
    monkeypatch.setattr(kept, "_contents", contents)
    del product._stamp
    assert [a != b for a, b in zip(before, changed, strict=True)] == [True, True, False]
    assert product.symbol(numbers) == before[0]

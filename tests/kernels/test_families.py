"""The dispatcher: one public function per kernel, two families behind it."""

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zerokara import kernels
from zerokara.kernels import compiled, reference


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_every_kernel_has_the_same_signature_everywhere(name: str) -> None:
    """Family by family, parameter by parameter: a call never depends on who serves it."""
    definition = inspect.signature(getattr(reference, name))
    assert inspect.signature(getattr(kernels, name)) == definition
    assert name in kernels.__all__
    if hasattr(compiled, name):
        assert inspect.signature(getattr(compiled, name)) == definition
    assert getattr(kernels, name).__doc__


def test_the_compiled_family_has_no_names_of_its_own() -> None:
    assert set(compiled.__all__) - set(kernels.KERNELS) == {"warm_up", "FUSED", "together"}


def test_use_kernels_switches_for_good_or_for_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    x = np.zeros(3, np.float32)
    for family in (reference, compiled):
        monkeypatch.setattr(family, "relu", lambda x, name=family.__name__: calls.append(name.split(".")[-1]))
    with kernels.use_kernels("reference"):
        kernels.relu(x)
        with kernels.use_kernels("compiled"):
            kernels.relu(x)
            assert kernels.kernel_family() == "compiled"
        kernels.relu(x)
        assert kernels.kernel_family() == "reference"
    assert calls == ["reference", "compiled", "reference"]


def test_an_unknown_family_is_refused_in_words() -> None:
    before = kernels.kernel_family()
    with pytest.raises(ValueError, match="no kernel family 'cuda'; choose reference or compiled"):
        kernels.use_kernels("cuda")
    assert kernels.kernel_family() == before


def test_a_tensor_is_handed_to_itself() -> None:
    """Rules run on tensors too: then the kernel's name and arguments go to the tensor's own `__kernel__`."""

    class Tensorlike:
        def __kernel__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
            return name, len(args), sorted(kwargs)

    x: Any = Tensorlike()
    assert kernels.relu(x) == ("relu", 1, [])
    assert kernels.relu_grad(np.zeros(2), x=x) == ("relu_grad", 1, ["x"])


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )


def test_importing_kernels_is_light_and_so_is_the_reference() -> None:
    code = (
        "import sys, numpy as np\n"
        "from zerokara import kernels\n"
        "assert kernels.kernel_family() == 'reference'\n"
        "kernels.relu(np.zeros(3, np.float32))\n"
        "print({'numba', 'llvmlite', 'scipy', 'platformdirs'} & set(sys.modules))"
    )
    assert run(code, ZEROKARA_KERNELS="reference").stdout == "set()\n"


def test_the_environment_variable_is_checked() -> None:
    done = run("from zerokara import kernels; kernels.kernel_family()", ZEROKARA_KERNELS="fast")
    assert "no kernel family 'fast'" in done.stderr


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_no_kernel_is_left_uncompared(name: str) -> None:
    """Somewhere in these tests the families are compared on it, by name."""
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    assert any(f'"{name}"' in text for text in texts)


@pytest.mark.parametrize("family", kernels.FAMILIES)
def test_what_goes_wrong_in_a_kernel_is_told_in_words(family: str) -> None:
    with kernels.use_kernels(family):
        with pytest.raises(TypeError, match=r"^relu expects an array for x; got 'text'") as caught:
            kernels.relu("text")  # type: ignore[arg-type]
        assert "has no attribute" in str(caught.value.__cause__)
        with pytest.raises(TypeError, match=r"add expects arguments that fit together, .*; got x = None, y = 3"):
            kernels.add(None, 3)
    with pytest.raises(TypeError, match=r"^im2col expects"):
        kernels.im2col(np.zeros((1, 1, 3, 3)), 2.5, (1, 1), (0, 0), (1, 1))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="there is no kernel 'rule': did you mean gru or relu"):
        kernels.implementation("rule")

"""Changing a tensor in place, as PyTorch does: t[i] = v, t += v, t.zero_().

A change in place is never part of a graph. Where a gradient would have to go through it, `t += v` gives a new tensor
under the same name, which is all that can be seen of it; other changes say what to write instead. Graphs that need the
old numbers say so on their way back (`guards.py`).

In a step that is being recorded, what comes from outside is written to, at every replay. What the step has computed
itself becomes a new value; whoever uses the old one afterwards, or what shows its memory, is refused (`Trace.placed`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara.arrays import default_generator
from zerokara.autodiff.arrangement import plain_index
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.graph import no_grad, recording
from zerokara.autodiff.promotion import fits, numbers, values
from zerokara.kernels import tracing
from zerokara.kernels.tracing import Traced, as_array
from zerokara.rules import in_short, index_refusal

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor

_CATEGORY = {"b": 0, "i": 1, "u": 1, "f": 2}


class InPlace(Dispatched):
    """What changes a tensor's own numbers."""

    __slots__ = ()
    if TYPE_CHECKING:

        def __add__(self, other: Any) -> "Tensor": ...
        def __sub__(self, other: Any) -> "Tensor": ...
        def __mul__(self, other: Any) -> "Tensor": ...
        def __truediv__(self, other: Any) -> "Tensor": ...
        def __pow__(self, other: Any) -> "Tensor": ...
        def clip(self, low: Any = None, high: Any = None) -> "Tensor":
            """min(max(x, low), high)"""

    def __iadd__(self, other: Any) -> "Tensor":
        return self._changed("+=", lambda: self + other, other)

    def __isub__(self, other: Any) -> "Tensor":
        return self._changed("-=", lambda: self - other, other)

    def __imul__(self, other: Any) -> "Tensor":
        return self._changed("*=", lambda: self * other, other)

    def __itruediv__(self, other: Any) -> "Tensor":
        return self._changed("/=", lambda: self / other, other)

    def __ipow__(self, other: Any) -> "Tensor":
        return self._changed("**=", lambda: self**other, other)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._expect_no_graph("t[…] = …", "zk.where(condition, new, t)", value)
        place, new = plain_index(index), numbers("t[…] = …", value)
        new = _fitting("t[…] = …", "use .to(…) on one of them first", new, self.dtype)
        try:
            self._write(place, new)
        except ValueError as error:
            if "broadcast" not in str(error) and "mismatch" not in str(error):
                raise
            raise ValueError(
                f"t[…] = …: numbers of shape {new.shape} do not fit what {in_short(index)} names in {self.shape}"
            ) from error
        except IndexError as error:
            raise index_refusal(self.shape, index) from error

    def add_(self, other: Any, *, alpha: float = 1) -> "Tensor":
        """self ← self + α·other"""
        return self._set("add_", "t + other", lambda: self + (other if alpha == 1 else other * alpha), other)

    def sub_(self, other: Any, *, alpha: float = 1) -> "Tensor":
        """self ← self − α·other"""
        return self._set("sub_", "t - other", lambda: self - (other if alpha == 1 else other * alpha), other)

    def mul_(self, other: Any) -> "Tensor":
        """self ← self · other"""
        return self._set("mul_", "t * other", lambda: self * other, other)

    def div_(self, other: Any) -> "Tensor":
        """self ← self / other"""
        return self._set("div_", "t / other", lambda: self / other, other)

    def clamp_(self, min: Any = None, max: Any = None) -> "Tensor":
        """self ← its numbers brought between two bounds"""
        return self._set("clamp_", "t.clamp(min, max)", lambda: self.clip(min, max), min, max)

    def zero_(self) -> "Tensor":
        """Every number becomes 0."""
        return self.fill_(0)

    def fill_(self, value: Any) -> "Tensor":
        """Every number becomes this one."""
        self._expect_no_graph("fill_", "zk.full_like(t, value)", value)
        self[...] = value
        return self._tensor(self)

    def copy_(self, other: Any) -> "Tensor":
        """The numbers become those of another tensor or array, in this one's type."""
        self._expect_no_graph("copy_", "t = other.clone()", other)
        self[...] = numbers("copy_", other).astype(self.dtype)
        return self._tensor(self)

    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> "Tensor":
        """Every number is drawn from a normal distribution."""
        return self._drawn("normal_", lambda rng: rng.normal(mean, std, self.shape), generator)

    def uniform_(self, a: float = 0.0, b: float = 1.0, *, generator: Any = None) -> "Tensor":
        """Every number is drawn evenly from a to b."""
        return self._drawn("uniform_", lambda rng: rng.uniform(a, b, self.shape), generator)

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Say that gradients are wanted, or not."""
        if requires_grad and self._data.dtype.kind != "f":
            raise TypeError(f"only floating-point tensors can require gradients; got {self.dtype}: use .float() first")
        if not requires_grad and self.node is not None:
            raise RuntimeError("a result of the graph requires gradients as long as it is one: use .detach()")
        tensor = self._tensor(self)
        tensor.requires_grad = requires_grad
        return tensor

    # what they share

    def _expect_no_graph(self, what: str, instead: str, *others: Any) -> None:
        if not recording():
            return
        if self.requires_grad and self.node is None:
            raise RuntimeError(
                f"{what} on a leaf that requires gradients works under no_grad() only: `with zk.no_grad(): …`, or "
                f"{instead} for a new tensor"
            )
        if self.requires_grad or any(getattr(other, "requires_grad", False) for other in others):
            raise RuntimeError(f"{what}: no gradient goes through a change in place: write {instead} for a new tensor")

    def _changed(self, sign: str, compute: Callable[[], Any], other: Any) -> "Tensor":
        if recording() and (self.requires_grad or getattr(other, "requires_grad", False)):
            if self.requires_grad and self.node is None:
                self._expect_no_graph(f"t {sign} …", f"t = t {sign[:-1]} …", other)
            return compute()  # type: ignore[no-any-return]
        self._overwrite(f"t {sign} …", f"t = t {sign[:-1]} …", compute)
        return self._tensor(self)

    def _set(self, what: str, instead: str, compute: Callable[[], Any], *others: Any) -> "Tensor":
        self._expect_no_graph(what, instead, *others)
        self._overwrite(what, instead, compute)
        return self._tensor(self)

    def _drawn(self, what: str, draw: Callable[[np.random.Generator], Any], generator: Any) -> "Tensor":
        self._expect_no_graph(what, "zk.randn(t.shape)")
        if generator is not None and not isinstance(generator, np.random.Generator):
            raise TypeError(f"{what} expects generator=zk.generator(seed); got {type(generator).__name__}")

        def drawn() -> Any:
            try:
                return draw(generator or default_generator()).astype(self.dtype)
            except (TypeError, ValueError, OverflowError):
                raise ValueError(f"{what} expects two numbers that a distribution can have") from None

        new = tracing.again(drawn, self.shape, self.dtype)
        return self._set(what, "zk.randn(t.shape)", lambda: self._tensor(new))

    def _overwrite(self, what: str, instead: str, compute: Callable[[], Any]) -> None:
        """self ← what is computed, if its type and shape can hold that."""
        with no_grad():
            new = as_array(values(compute()))
        if new.shape != self.shape:
            raise ValueError(f"{what}: the result has the shape {new.shape}, the tensor {self.shape}: write {instead}")
        self._write(..., _fitting(what, f"write {instead}", new, self.dtype))

    def _write(self, place: Any, new: Any) -> None:
        """self[place] ← new; a value that a recorded step has computed becomes another value."""
        array, trace = self._data, tracing.current()
        if trace is None and isinstance(array, Traced):
            return  # only its shape is known
        if trace is None or not (isinstance(array, Traced) or trace.among((place, new))):
            if not array.flags.writeable:
                raise ValueError(
                    "these numbers can only be read (an expanded tensor, a file in memory): .clone() them first"
                )
            self.write()[place] = new
        elif isinstance(array, Traced) and trace.mutable(array.number):
            array[place] = new
        else:
            self._tensor(self)._data = trace.placed(array, place, new)  # type: ignore[assignment]


def _fitting(what: str, instead: str, new: Any, dtype: Any) -> Any:
    """Numbers in the type of the tensor that takes them; TypeError or ValueError where it cannot hold them."""
    if new.dtype == dtype:
        return new
    if _CATEGORY[new.dtype.kind] > _CATEGORY[dtype.kind]:
        raise TypeError(f"{what}: a tensor of {dtype} cannot hold {new.dtype}: {instead}")
    if new.dtype.kind in "iu" and dtype.kind in "iu" and not isinstance(new, Traced) and not fits(new, dtype):
        raise ValueError(f"{what}: a tensor of {dtype} cannot hold {int(new.min())} to {int(new.max())}: {instead}")
    return new.astype(dtype)

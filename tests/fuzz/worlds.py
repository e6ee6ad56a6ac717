"""The worlds in which a case is run side by side: written out with either kernels, captured, by `fit`."""

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import zerokara as zk
from tests.fuzz.observing import Difference, Named, named_results
from zerokara import functional, nn, optim
from zerokara.data import Loader, Split
from zerokara.training import evaluate, fit
from zerokara.training.evaluation import evaluation_mode

NAMES = {"np": np, "zk": zk, "F": functional, "nn": nn, "optim": optim}


class World:
    """One running instance of a program: its network, optimizers, arrays from outside, and its way to run a step."""

    way = "written"
    family = "compiled"

    def __init__(self, text: str, case: Any) -> None:
        self.case = case
        space = dict(self.names())
        exec(compile(text, f"<case {case.number}>", "exec"), space)
        self.made: dict[str, Any] = self.run(space["make"])
        self.net = self.made["net"]
        self.wrap()

    def names(self) -> dict[str, Any]:
        """What the program calls np, zk, F, nn and optim."""
        return NAMES

    def wrap(self) -> None:
        """Prepare `self.step`."""
        self.step: Callable[..., Any] = self.made["step"]

    def run(self, work: Callable[..., Any], *args: Any) -> Any:
        with zk.use_kernels(self.family), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return work(*args)

    def change(self, k: int) -> None:
        self.run(self.made["change"], k)

    def call(self, k: int) -> Any:
        """The k-th call; its results."""
        zk.manual_seed(k)
        return self.run(lambda: self.step(*self.made["arguments"](k)))

    # ── everything there is ──────────────────────────────────────────────────────────────────────────────────────

    def optimizers(self) -> Iterator[tuple[str, Any]]:
        for name in ("optimizer", "other"):
            if name in self.made:
                yield name, self.made[name]

    def arrays(self) -> Iterator[tuple[str, Any]]:
        """All arrays that a step can see and change, themselves, by name."""
        yield from _arrays_of(self.net)
        for kind, optimizer in self.optimizers():
            for name, state in optimizer.state.items():
                for key, array in state.items():
                    yield f"{kind}:{name}:{key}", array
        for name, value in self.made.items():
            if isinstance(value, np.ndarray):
                yield f"outside:{name}", value

    def state(self) -> Named:
        """Copies of all arrays, the flags, and the states of the generators."""
        found: Named = {name: np.array(array) for name, array in self.arrays()}
        found["default generator"] = repr(zk.default_generator().bit_generator.state)
        for path, module in _modules_of(self.net):
            if getattr(module, "rng", None) is not None:
                found[f"{path}.rng"] = repr(module.rng.bit_generator.state)
        return found

    def take(self, state: Named) -> None:
        """Begin where another world stands: the same bits in the same arrays."""
        for name, array in self.arrays():
            other = state.get(name)
            if (
                isinstance(other, np.ndarray)
                and other.shape == array.shape
                and not np.array_equal(array, other, equal_nan=array.dtype.kind == "f")
            ):
                array[...] = other

    def whole(self, call: int) -> None:
        """No stand-in of a recording may be left behind."""
        for name, array in self.arrays():
            if not isinstance(array, np.ndarray | np.generic):
                raise Difference(self.way, call, f"{name} is no array", "an array", type(array).__name__)
        for name, parameter in self.net.named_parameters():
            if parameter.grad is not None and not isinstance(parameter.grad, np.ndarray | np.generic):
                raise Difference(
                    self.way, call, f"the gradient of {name}", "an array or None", type(parameter.grad).__name__
                )


def _arrays_of(net: Any) -> Iterator[tuple[str, Any]]:
    """The arrays of parameters and buffers under their names."""
    for name, parameter in net.named_parameters():
        yield name, parameter.data
    for name, buffer in net.named_buffers():
        yield name, buffer


def _modules_of(net: Any) -> Iterator[tuple[str, Any]]:
    return net.named_modules() if hasattr(net, "named_modules") else iter(())


class Reference(World):
    """Written out, with the kernels that are the definition."""

    way = "reference"
    family = "reference"


class Captured(World):
    """Recorded and replayed. A step that is refused must leave all as it was; it is then run as it is written."""

    way = "captured"
    capture = staticmethod(zk.capture)

    def wrap(self) -> None:
        self.refused: list[str] = []
        self.step = self.capture(self.made["step"])

    def call(self, k: int) -> Any:
        zk.manual_seed(k)
        before = self.state()
        try:
            return super().call(k)
        except zk.CaptureError as error:
            self.refused.append(str(error))
            self.whole(k)
            after = self.state()
            for name in before.keys() | after.keys():
                one, other = before.get(name), after.get(name)
                if not _equal(one, other) and not _fresh(name, one, other):
                    raise Difference(self.way, k, f"{name}, after the step was refused", one, other) from error
            zk.manual_seed(k)
            return self.run(lambda: self.made["step"](*self.made["arguments"](k)))


def _fresh(name: str, before: Any, after: Any) -> bool:
    """An optimizer may have started the state of a parameter: zeros, which nobody can tell from none."""
    return before is None and name.count(":") >= 2 and not np.any(after)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return type(a) is type(b) and not isinstance(a, np.ndarray) and bool(a == b)


class Fitted(World):
    """By `training.fit`, one record a call, with the changes made between the records."""

    way = "fit"

    def wrap(self) -> None:
        self.net.train()
        calls = [self.made["arguments"](k) for k in range(len(self.case.calls))]
        x, y = np.concatenate([c[0].data for c in calls]), np.concatenate([c[1] for c in calls])
        if x.ndim == 4:
            x = np.rint(x * 255).astype(np.uint8)
        loader = Loader(
            Split(x, y), self.case.calls[0].size, shuffle=False, dtype=x.dtype if x.ndim == 2 else calls[0][0].dtype
        )
        self.records = fit(self.net, loader, self.made["optimizer"], epochs=1, loss=self.made["criterion"])

    def call(self, k: int) -> Any:
        zk.manual_seed(k)
        return self.run(lambda: float(next(self.records).loss))


class Evaluated(World):
    """`training.evaluate` on the batch of the call, in the middle of a training: it changes nothing."""

    way = "evaluate"

    def call(self, k: int) -> Any:
        x, y = self.run(self.made["arguments"], k)[:2]
        pixels = np.rint(x.data * 255).astype(np.uint8) if x.ndim == 4 else x.data
        loader = Loader(Split(np.ascontiguousarray(pixels), y), len(y), shuffle=False, dtype=x.dtype)
        return self.run(lambda: evaluate(self.net, loader).scores)

    def expected(self, base: World, k: int) -> Any:
        """The scores of another world's network, as it is, written out."""
        x = base.run(base.made["arguments"], k)[0]
        with evaluation_mode(base.net), zk.no_grad():
            return base.run(lambda: base.net(x).data)


def moved_a_little(text: str, case: Any, k: int, before: Named, seed: int) -> Named:
    """What the k-th call of the written step gives when all that it starts from is moved by a few roundings.

    Gradients are moved by roundings of the largest one: all up, all down, or as it comes.
    """
    rng = np.random.default_rng(seed)
    world = World(text, case)
    for j in range(k + 1):
        world.change(j)

    def nudge(a: Any) -> Any:
        if not isinstance(a, np.ndarray) or a.dtype.kind != "f":
            return a
        return (a * (1 + 4 * np.finfo(a.dtype).eps * rng.choice([-1, 1], a.shape))).astype(a.dtype)

    prepare(world, k, before)
    world.take({name: nudge(array) for name, array in before.items()})
    for _, optimizer in world.optimizers():
        _shake(
            optimizer, {0: lambda shape: 1.0, 1: lambda shape: -1.0}.get(seed, lambda shape: rng.uniform(-1, 1, shape))
        )
    given = world.run(world.made["arguments"], k)
    zk.manual_seed(k)
    result = world.run(lambda: world.made["step"](*(_nudged(a, nudge) for a in given)))
    return {**named_results(result), **world.state()}


def _shake(optimizer: Any, way: Callable[[Any], Any]) -> None:
    """Have every step of an optimizer see gradients moved by a few roundings of the largest."""
    step = optimizer.step

    def shaken() -> None:
        given = [p for _, p in optimizer.named_parameters() if p.grad is not None]
        largest = max((float(np.abs(p.grad).max(initial=0)) for p in given), default=0.0)
        for p in given:
            p.grad = np.asarray(p.grad + 64 * np.finfo(p.dtype).eps * largest * way(p.shape), p.dtype)
        step()

    optimizer.step = shaken


def prepare(world: World, k: int, before: Named) -> None:
    """Give the optimizers the states that they have at the k-th call."""
    for kind, optimizer in world.optimizers():
        for full, array in before.items():
            if full.startswith(f"{kind}:"):
                _, name, key = full.split(":")
                optimizer.state.setdefault(name, {})[key] = copy.deepcopy(array)


def _nudged(value: Any, nudge: Callable[[Any], Any]) -> Any:
    if isinstance(value, zk.Tensor):
        return zk.Tensor(nudge(value.data))
    if isinstance(value, list | tuple):
        return type(value)(_nudged(v, nudge) for v in value)
    if isinstance(value, dict):
        return {k: _nudged(v, nudge) for k, v in value.items()}
    return nudge(value)

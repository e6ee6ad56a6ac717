"""What every optimizer shares: which arrays it changes, the penalties, and the state that a checkpoint keeps."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import repeat
from operator import is_
from typing import Any, ClassVar

import numpy as np

from zerokara import kernels
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.kernels import tracing
from zerokara.kernels.tracing import Traced
from zerokara.optim.groups import ParamGroup, expect_settings, part_of
from zerokara.optim.parameters import Group, Groups, Parameters, all_of, grouped, named, one_group
from zerokara.optim.state import State, belongs, by_parameter, count, part_rates

DECAYS: dict[str, Callable[[Array], bool]] = {
    "all": lambda array: True,
    "weights": lambda array: array.ndim > 1,
}
"""What the penalties act on: every parameter (PyTorch), or only matrices and filters, not biases (the book)."""


class Optimizer:
    """w ← w − (what the method makes of g),    g = ∂L/∂w + weight_decay·w + l1·sign(w)

    A method is written for one array: `start(array) → state` and `step_array(array, gradient, state)`, which changes
    both in place. This class does the rest. A method whose formula is a kernel names it instead: `update`, the state
    arrays it takes (`kept`) and its settings in the t-th step (`settings(t)`).

    `parameters`: a module, `model.parameters()` or `model.named_parameters()`. A module is asked anew at every step,
    so that a layer added later is trained too. State belongs to a parameter's name (its position where there are no
    names); a parameter met for the first time, or with another shape or dtype than before, starts fresh. Parameters
    without a gradient are left alone.

    The penalties belong to the loss L + ½·weight_decay·Σw² + l1·Σ|w| (`penalty()` is their value). `decay="weights"`
    spares biases and the scales of normalization layers, as the book does: it takes arrays of two axes or more.
    `lr` may be set at any time; a schedule does. Parts of the parameters may have settings of their own, also a
    learning rate, which then follows that of the whole: `groups.py`.
    """

    decays_gradient: ClassVar[bool] = True  # AdamW shrinks the weights instead
    _whole: "Optimizer | None" = None  # of a part: the optimizer that it is a part of
    _then: float = 0.0  # and the learning rate of that one when its own was set

    def __init__(
        self,
        parameters: Parameters | Groups,
        lr: float,
        *,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        decay: str = "all",
    ) -> None:
        self._lr = expect("lr", lr)
        self.weight_decay = expect("weight_decay", weight_decay)
        self.l1 = expect("l1", l1)
        if decay not in DECAYS:
            raise ValueError(f"unknown decay {decay!r}: choose one of {', '.join(DECAYS)}")
        self.decay = decay
        self.state: dict[str, State] = {}
        self._groups = grouped(parameters)
        self._made: list[Optimizer] | None = None
        self._parameters = named(parameters) if self._groups is None else all_of(self._groups)
        for group in self._groups or ():
            expect_settings(type(self), list(group.settings))

    @property
    def lr(self) -> float:
        """The learning rate; that of a part is its own, times what has become of the rate of the whole since."""
        if self._whole is None:
            return self._lr
        own, then, now = self._lr, self._then, self._whole.lr
        return own if now == then or not then else own * (now / then)

    @lr.setter
    def lr(self, rate: float) -> None:
        self._lr = rate
        if self._whole is not None:
            self._then = self._whole.lr

    def follow(self, whole: "Optimizer") -> None:
        """Be a part of another optimizer: from now on the learning rate changes with that one's."""
        self._whole, self._then = whole, whole.lr

    # ── what a method says of one array ──────────────────────────────────────────────────────────────────────────

    def start(self, array: Array) -> State:
        """The state before the first step; every value an array, so that it can be saved."""
        return {}

    def step_array(self, array: Array, gradient: Array, state: State) -> None:
        """One step: change `array` and `state` in place. The gradient has the penalties in it."""
        if self.update is None:
            raise NotImplementedError(f"{type(self).__name__} has no step_array(): define what one step does")
        lr, *_, shrink = self._penalties(array)
        self._update(array, gradient, state, np.array((lr, 0, 0, shrink, *self.settings(count(state)))))

    @property
    def update(self) -> Callable[..., None] | None:
        """The kernel that does a step, if the method is one of the kernels."""
        return None

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the state arrays that the kernel takes."""
        return ()

    def settings(self, t: int) -> tuple[float, ...]:
        """What the kernel is told in the t-th step, after the learning rate and the penalties."""
        return ()

    # ── all arrays ───────────────────────────────────────────────────────────────────────────────────────────────

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """What is optimized, by name."""
        return iter(self._parameters())

    def step(self) -> None:
        """One step for every parameter that has a gradient."""
        if self._groups is not None:
            made = list(self._parts)
            tracing.assume(lambda: self._made == made)
            for part in made:
                part.step()
            return
        kept = set(self.kept)
        found = [(p, self._state_of(name, _own(p), kept)) for name, p in self._parameters() if p.grad is not None]
        if self.update is not None and type(self).step_array is Optimizer.step_array:
            self._step_all(found)
            return
        if tracing.current() is not None:
            tracing.refuse(f"use {type(self).__name__}, which has a step_array() of its own")
        for parameter, state in found:
            self.step_array(parameter.data, self.gradient(parameter), state)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget every gradient. (There are no gradients of zeros here, so `set_to_none` has one value.)"""
        if not set_to_none:
            raise ValueError("zero_grad forgets gradients, p.grad becomes None: leave set_to_none out")
        for _, parameter in self.named_parameters():
            parameter.zero_grad()

    def gradient(self, parameter: Tensor) -> Array:
        """∂L/∂w + weight_decay·w + l1·sign(w); `parameter.grad` itself stays as it is."""
        for part in self._parts:
            if any(parameter is p for _, p in part.named_parameters()):
                return part.gradient(parameter)
        g, w = parameter.grad, parameter._data
        if g is None:
            raise ValueError("this parameter has no gradient: call backward() on a loss that depends on it first")
        if self.weight_decay and self.decays_gradient and DECAYS[self.decay](w):
            g = g + self.weight_decay * w
        if self.l1 and DECAYS[self.decay](w):
            g = g + self.l1 * np.sign(w)
        return g

    def penalty(self) -> float:
        """½·weight_decay·Σw² + l1·Σ|w|: what the penalties add to the loss."""
        if self._groups is not None:
            return sum(part.penalty() for part in self._parts)
        decayed = [p._data for _, p in self.named_parameters() if DECAYS[self.decay](p._data)]
        squares = sum(float(np.sum(np.square(w, dtype=np.float64))) for w in decayed)
        sizes = sum(float(np.sum(np.abs(w), dtype=np.float64)) for w in decayed)
        return 0.5 * self.weight_decay * squares * self.decays_gradient + self.l1 * sizes

    def _step_all(self, found: list[tuple[Tensor, State]]) -> None:
        """One step by the kernel: the numbers it is told are made once for all arrays that are told the same."""
        groups: dict[tuple[bool, int], list[tuple[Tensor, State]]] = {}
        decays = DECAYS[self.decay]
        for parameter, state in found:
            key = decays(parameter._data), int(state.get("step", 0))
            groups.setdefault(key, []).append((parameter, state))
        if tracing.current() is not None:
            tracing.assume(self._as_it_is())
        for group in groups.values():
            told = (4 + len(self.settings(1)),)
            counters = [state["step"] for _, state in group if "step" in state]
            for counter in counters:
                tracing.constant(counter)
            numbers = tracing.again(partial(self._numbers, _own(group[0][0]), counters), told, np.float64)
            update, kept = self.update, self.kept
            assert update is not None
            rows = []
            for parameter, state in group:
                parameter.write()
                rows.append((_own(parameter), parameter.grad, *[state[name] for name in kept], numbers))
            if tracing.current() is None and update in kernels.STEPS:
                kernels.together(update, rows)
            else:
                for row in rows:
                    update(*row)

    def _as_it_is(self) -> Callable[[], bool]:
        """Whether the kernel, what it keeps and what it acts on are as now. Its numbers are asked anew every time."""
        states, kernel, decay = self.state, self.update, self.decay
        before = {name: dict(state) for name, state in states.items()}
        single = {key for state in before.values() for key, array in state.items() if array.size == 1}
        singles = [(key, [state.get(key) for state in before.values()]) for key in sorted(single)]

        def holds() -> bool:
            if self.state is not states or self.update is not kernel or self.decay != decay:
                return False
            try:  # arrays are compared only where one took the place of another, and then that is an error
                same = states == before
            except ValueError:
                return False
            for key, arrays in singles:  # but single numbers can be compared
                same = same and all(map(is_, map(dict.get, states.values(), repeat(key)), arrays))
            return same

        return holds

    def _numbers(self, array: Array, counters: list[Array]) -> tuple[float, ...]:
        """What the kernel is told of a group of arrays such as this one; their steps, equal so far, are counted."""
        t = int(counters[0]) + 1 if counters else 1
        for counter in counters:
            counter.fill(t)
        return *self._penalties(array), *self.settings(t)

    def _penalties(self, array: Array) -> tuple[float, float, float, float]:
        """(lr, weight decay, l1, what the weights are multiplied with) for one array."""
        decayed = DECAYS[self.decay](array)
        l1 = self.l1 if decayed else 0.0
        if self.decays_gradient:
            return self.lr, self.weight_decay if decayed else 0.0, l1, 1.0
        return self.lr, 0.0, l1, 1 - self.lr * self.weight_decay if decayed else 1.0

    def _update(self, array: Array, gradient: Any, state: State, numbers: Array) -> None:
        assert self.update is not None
        self.update(array, gradient, *(state[name] for name in self.kept), numbers)

    def _state_of(self, name: str, array: Array, kept: set[str]) -> State:
        state = self.state.get(name)
        if state is None or not state.keys() >= kept or not belongs(state, array):
            state = self.state[name] = self.start(array)
        return state

    # ── parts with settings of their own ─────────────────────────────────────────────────────────────────────────

    @property
    def _parts(self) -> "list[Optimizer]":
        """The optimizers of the parts, made when they are first needed; none if there are no parts."""
        if self._made is None:
            self._made = [part_of(self, group) for group in self._groups or ()]
        return self._made

    @property
    def param_groups(self) -> list[ParamGroup]:
        """The parts with their settings, as PyTorch shows them; without parts, one with everything."""
        return [ParamGroup(part) for part in self._parts or [self]]

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """A further part {"params": …, "lr": …}."""
        before = [Group(self._parameters)] if self._groups is None else self._groups
        new = one_group(group, before)
        expect_settings(type(self), list(new.settings))
        self._made = [*(self._parts or [part_of(self, before[0])]), part_of(self, new)]
        self._groups = [*before, new]
        self._parameters = all_of(self._groups)

    def _started(self, name: str, array: Array) -> State:
        """The state that the parameter of this name begins with, in the part that it belongs to."""
        part = next((part for part in self._parts if name in dict(part.named_parameters())), self)
        return part.start(array)

    # ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────

    def state_dict(self) -> dict[str, Array]:
        """Flat: `lr`, and every state array as `parameter name:state name`, such as `fc1.weight:m`. Copies.

        Of parts: `lr.0` and so on, the rate of each and that of the whole when it was set.
        """
        arrays = {f"{name}:{key}": a.copy() for name, state in self.state.items() for key, a in state.items()}
        rates = {f"lr.{k}": np.array([part._lr, part._then], np.float64) for k, part in enumerate(self._parts)}
        return {"lr": np.array(self.lr, np.float64), **rates, **arrays}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over a saved state; `ValueError` names what does not fit this optimizer or its parameters.

        Parameters that the saved state does not mention start fresh, as they would have where it was saved.
        """
        own = {name: parameter._data for name, parameter in self.named_parameters()}
        states = {name: self._checked(name, given, own) for name, given in by_parameter(saved).items()}
        rates = part_rates(saved, len(self._parts))
        self.lr = expect("lr", float(saved["lr"])) if "lr" in saved else self.lr
        self.state = states
        for part, (rate, then) in zip(self._parts, rates, strict=False):
            part._lr, part._then = rate, then
        for part in self._parts:
            part.state = states

    def _checked(self, name: str, given: Mapping[str, Any], own: Mapping[str, Array]) -> State:
        if name not in own:
            raise ValueError(f"this optimizer state has {name}, which is not among the parameters: {', '.join(own)}")
        state = self._started(name, own[name])
        if state.keys() != given.keys():
            kind, wanted, got = type(self).__name__, ", ".join(state) or "nothing", ", ".join(given)
            raise ValueError(f"{kind} keeps {wanted} of a parameter; the saved state of {name} has {got}")
        for key, array in state.items():
            value = np.asarray(given[key])
            if value.shape != array.shape:
                raise ValueError(f"the saved {key} of {name} has shape {value.shape}; expected {array.shape}")
            array[...] = value
        return state

    def __repr__(self) -> str:
        shown = {"lr": self.lr, **{k: v for k, v in vars(self).items() if k != "state" and not k.startswith("_")}}
        settings = ", ".join(f"{key}={value!r}" for key, value in shown.items())
        own = ", ".join(repr(group.settings) for group in self._groups or ())
        return f"{type(self).__name__}({settings}{f', parts=[{own}]' if own else ''})"


def _own(parameter: Tensor) -> Array:
    """The array of a parameter itself, also while a stand-in is in its place."""
    array: Array = parameter._data
    if type(array) is np.ndarray:
        return array
    array = tracing.original(array)
    if isinstance(array, Traced):
        tracing.refuse("step on a parameter that has got another array inside it (p.data = …): write p.data[…] = …")
    return array


def expect(name: str, value: float, below: float = math.inf) -> float:
    """`value` as a float with 0 ≤ value < below, or an error that names the setting."""
    if not 0 <= value < below:
        limit = "a number ≥ 0" if below == math.inf else f"a number from 0 up to but not {below:g}"
        raise ValueError(f"{name} is {limit}; got {short(value)}")
    return float(value)

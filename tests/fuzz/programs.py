"""A case written as a Python program: what is run, and what a developer can paste."""

import textwrap

from tests.fuzz import layers
from tests.fuzz.changes import CHANGES
from tests.fuzz.layers import Network
from tests.fuzz.parts import Case, pick
from tests.fuzz.steps import LOSSES, PIECES, TARGETS, Step, optimizer

HEAD = """\
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
"""


def body(case: Case) -> str:
    """`make()`: a world of its own with a network, a step, its arguments and the changes between its calls."""
    net = Network(case.entry)
    if case.indices:
        net.shape = (*case.entry, 4)
        net.say(f"x = self.{net.parameter((6, 4))}[x]")
    net.write(case.layers)
    net.finish(case.classes)
    step = Step(case)
    for p in case.pieces:
        PIECES[p.kind](step, p)
    lines = [
        f"DTYPE, CLASSES = np.{case.dtype}, {case.classes}",
        "",
        "",
        "def values_of(rng, *shape, scale=0.5, about=0.0):",
        "    return np.asarray(rng.standard_normal(shape) * scale + about, DTYPE)",
        "",
        "",
        "def make():",
        *_in(["zk.manual_seed(1)", f"random = np.random.default_rng({case.number})", "", "def values(*shape, **how):", "    return values_of(random, *shape, **how)", ""]),
        *_in(["class Net(nn.Module):", "    def __init__(self):", *_in(net.made, 8), "", "    def forward(self, x):", *_in(net.body, 8), ""]),
        *_in(["net = Net().astype(DTYPE)", *_optimizers(case), *step.outside, ""]),
        *_in(_criterion(case)),
        *_in(_step(case, step)),
        *_in(_arguments(case, step)),
        *_in(_changes(case, net)),
        "    return locals()",
    ]
    return "\n".join(lines) + "\n"


def _in(lines: list[str], depth: int = 4) -> list[str]:
    return [textwrap.indent(line, " " * depth) for line in lines]


def _optimizers(case: Case) -> list[str]:
    made = [f"optimizer = {optimizer(p, 'net')}" for p in case.optimizers[:1]]
    return made + [f"other = {optimizer(p, '[net.head.weight]')}" for p in case.optimizers[1:2]]


def _criterion(case: Case) -> list[str]:
    return ["def criterion(scores, y):", f"    return {LOSSES[case.loss.kind][0]}", ""]


def _step(case: Case, step: Step) -> list[str]:
    names = ", ".join(["x", "y", *(name for name, _ in step.arguments)])
    lines = [*sorted(step.start, key=lambda line: "nonlocal" not in line), "scores = net(x)", *step.scored]
    results = ["scores", *step.results]
    if case.optimizers:
        both = ["optimizer", "other"][: len(case.optimizers)]
        lines += ["loss = criterion(scores, y)", *step.loss, *(f"{o}.zero_grad()" for o in both), "loss.backward()"]
        lines += [*step.slopes, *(f"{o}.step()" for o in both), *step.end]
        results[0] = "loss"
    returned = results[0] if len(results) == 1 else f"({', '.join(results)})"
    return [f"def step({names}):", *_in([*lines, f"return {returned}"]), ""]


def _arguments(case: Case, step: Step) -> list[str]:
    """The k-th call's arguments."""
    shape = f"(n, {', '.join(map(str, case.entry))})"
    drawn = f"rng.integers(0, 6, {shape})" if case.indices else f"rng.standard_normal({shape}).astype(DTYPE)"
    if len(case.entry) == 3:
        drawn = f"rng.integers(0, 256, {shape}).astype(np.uint8).astype(DTYPE) / DTYPE(255)"
    sizes = tuple(call.size for call in case.calls)
    lines = [
        f"rng, n = np.random.default_rng([{case.number}, k]), {sizes}[k]",
        f"x = {drawn}",
        f"y = {TARGETS[LOSSES[case.loss.kind][1]]}",
        *(f"{name} = {value}" for name, value in step.arguments),
    ]
    layouts = ["x", "np.asfortranarray(x)", "np.repeat(x, 2, axis=-1)[..., ::2]", "x[::-1].copy()[::-1]"]
    if any(call.layout % len(layouts) for call in case.calls):
        order = [call.layout % len(layouts) for call in case.calls]
        lines.append(f"x = ({', '.join(pick(layouts, n) for n in order)},)[k]")
    x = "x" if case.indices else "zk.Tensor(x)"
    return ["def arguments(k):", *_in([*lines, f"return {', '.join([x, 'y', *(n for n, _ in step.arguments)])}"]), ""]


def _changes(case: Case, net: Network) -> list[str]:
    """What is changed before the k-th call."""
    lines = []
    for k, call in enumerate(case.calls):
        made = [line for p in call.changes for line in CHANGES[p.kind](case, net, p)]
        lines += [f"if k == {k}:", *_in(made)] if made else []
    return ["def change(k):", *_in(lines or ["pass"]), ""]


FOOT = {
    "captured": "zk.capture(two['step'])",
    "reference": "two['step']",
}


def program(case: Case, way: str) -> str:
    """A program that stands alone: two worlds side by side, one of them in the way that differs."""
    wrapped = FOOT.get(way, "two['step']")
    lines = [
        f"# {way} against written out",
        HEAD,
        body(case),
        "",
        "def everything(world):",
        "    optimizer = world['optimizer'].state_dict() if 'optimizer' in world else {}" if case.optimizers else "    optimizer = {}",
        "    return {**world['net'].state_dict(), **optimizer}",
        "",
        "",
        "one, two = make(), make()",
        f"run = {wrapped}",
        f"for k in range({len(case.calls)}):",
        "    for world, step in ((one, one['step']), (two, run)):",
        f"        with zk.use_kernels({'reference' if way == 'reference' else 'compiled'!r} if world is two else 'compiled'):",
        "            zk.manual_seed(k)",
        "            world['change'](k)",
        "            world['result'] = step(*world['arguments'](k))",
        "    print(k, 'expected', one['result'], 'found', two['result'])",
        "    for (name, a), b in zip(everything(one).items(), everything(two).values(), strict=True):",
        "        print(k, name, 'differs by', np.abs(a - b).max(initial=0))",
    ]
    return "\n".join(lines) + "\n"


__all__ = ["body", "layers", "program"]

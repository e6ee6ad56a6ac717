"""A case written as a Python program: what is run, and what a developer can paste."""

import textwrap

from tests.fuzz.grammar import CHANGES, LOSSES, PIECES, TARGETS, Network, Step, optimizer
from tests.fuzz.parts import Case, pick

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
        "def make(zk=zk, F=F, nn=nn, optim=optim):",
        *_in(
            [
                "zk.manual_seed(1)",
                f"random = np.random.default_rng({case.number})",
                "",
                "def values(*shape, **how):",
                "    return values_of(random, *shape, **how)",
                "",
            ]
        ),
        *_in(
            [
                "class Net(nn.Module):",
                "    def __init__(self):",
                *_in(net.made, 8),
                "",
                "    def forward(self, x):",
                *_in(net.body, 8),
                "",
            ]
        ),
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


OTHER = {
    "captured": "two = make()\nstep = zk.capture(two['step'])",
    "reference": "two = make()\nstep = lambda *given: referred(two['step'], given)",
    "fit": """two = make()
calls = [two['arguments'](k) for k in range({count})]
x, y = np.concatenate([c[0].data for c in calls]), np.concatenate([c[1] for c in calls])
x = np.rint(x * 255).astype(np.uint8) if x.ndim == 4 else x
loader = data.Loader(data.Split(x, y), {size}, shuffle=False, dtype=DTYPE)
records = training.fit(two['net'].train(), loader, two['optimizer'], epochs=1, loss=two['criterion'])
step = lambda *given: next(records).loss""",
    "evaluate": """two = make()
step = lambda x, y, *given: training.evaluate(two['net'], data.Split(x.data, y)).scores
one['step'] = lambda x, y, *given: one['net'].eval()(x).data""",
    "torch": """two = make(peer.zk, peer_functions.F, peer_layers.nn, peer_optimizers.optim)
two['net'].load_state_dict(one['net'].state_dict())
step = two['step']""",
}
IMPORTS = {
    "fit": "from zerokara import data, training\n",
    "evaluate": "from zerokara import data, training\n",
    "torch": "from tests.fuzz import peer, peer_functions, peer_layers, peer_optimizers\n",
    "reference": """

def referred(step, given):
    with zk.use_kernels("reference"):
        return step(*given)

""",
}
SHOW = """

def shown(world):
    def flat(value):
        if isinstance(value, tuple | list | dict):
            return [a for v in (value.values() if isinstance(value, dict) else value) for a in flat(v)]
        return [np.asarray(getattr(value, "data", value))]

    found = {f"result {i}": a for i, a in enumerate(flat(world["result"]))} | world["net"].state_dict()
    for kind in ("optimizer", "other"):
        states = world[kind].state if kind in world else {}
        found |= {f"{kind} {name} {key}": a for name, state in states.items() for key, a in state.items()}
    return found | {name: a for name, a in world.items() if isinstance(a, np.ndarray)}


one = make()
"""
RUN = """
for k in range({count}):
    for world, call in ((one, one["step"]), (two, step)):
        zk.manual_seed(k)
        world["change"](k)
        world["result"] = call(*world["arguments"](k))
    for (name, a), b in zip(shown(one).items(), shown(two).values(), strict=True):
        if a.dtype.kind != "f" or a.shape != b.shape:
            print(k, name, "expected", a, "found", b)
        else:
            print(k, name, "expected", a, "found", b, "differs by", np.abs(a - b).max(initial=0))
"""


def program(case: Case, way: str) -> str:
    """A program that stands alone: written out, and side by side with it the way that differs."""
    count, size = len(case.calls), case.calls[0].size
    other = OTHER.get(way, OTHER["captured"]).replace("{count}", str(count)).replace("{size}", str(size))
    return f"{HEAD}{IMPORTS.get(way, '')}\n{body(case)}{SHOW}{other}\n{RUN.replace('{count}', str(count))}"

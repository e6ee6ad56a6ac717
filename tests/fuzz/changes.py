"""What may be changed between two calls of a step: each a line or two of Python, where the network has such a thing."""

from collections.abc import Callable
from typing import Any

from tests.fuzz.layers import ACTIVATIONS
from tests.fuzz.network import Network
from tests.fuzz.parts import Case, Part, pick

Write = Callable[[Case, Network, Part], list[str]]
CHANGES: dict[str, Write] = {}


def change(kind: str) -> Callable[[Write], Write]:
    def enter(write: Write) -> Write:
        CHANGES[kind] = write
        return write

    return enter


def _of(net: Network, number: int, *kinds: str) -> tuple[str, Any] | None:
    """One of the things of these kinds that the network has."""
    found = [item for kind in kinds for item in net.known[kind]]
    return pick(found, number) if found else None


def _weight(net: Network, number: int) -> str:
    """The path of a parameter: a layer's weight or bias, or one of the network's own."""
    paths = [f"{path}.{which}" for path, _ in net.known["linear"] + net.known["conv"] for which in ("weight", "bias")]
    paths = [p for p in paths if p != "head.weight"] + [path for path, _ in net.known["weight"]]
    return pick(["head.weight", *paths], number)


@change("mode")
def mode(case: Case, net: Network, p: Part) -> list[str]:
    found = _of(net, p.b, "batch norm", "dropout")
    forms = ["net.eval()", "net.train()", "net.train(not net.training)"]
    if found:
        forms += [
            f"net.{found[0]}.eval()",
            f"net.{found[0]}.train()",
            f"net.{found[0]}.training = not net.{found[0]}.training",
        ]
    return [pick(forms, p.a)]


@change("activation")
def activation(case: Case, net: Network, p: Part) -> list[str]:
    found = _of(net, p.a, "activation", "flatten")
    return [f"net.{found[0]} = {pick(ACTIVATIONS, p.b)}"] if found and "Flatten" not in found[1] else []


@change("layer")
def layer(case: Case, net: Network, p: Part) -> list[str]:
    """A layer of the same shapes in the place of another; or one that does nothing."""
    found = _of(
        net, p.a, "linear", "conv", "pool", "batch norm", "layer norm", "group norm", "dropout", "response norm"
    )
    if not found:
        return []
    path, made = found
    if p.b % 3 == 2 and "Dropout" in made:
        return [f"net.{path} = nn.Identity()"]
    again = made
    if "MaxPool" in made:
        again = made.replace("Max", "Avg")
    elif "AvgPool2d" in made and "Global" not in made and "Adaptive" not in made:
        again = made.replace("Avg", "Max").replace(", count_include_pad=False", "")
    return [f"net.{path} = {again}.astype(DTYPE)"]


@change("parameter")
def parameter(case: Case, net: Network, p: Part) -> list[str]:
    path = f"net.{_weight(net, p.a)}"
    forms = (
        f"{path} = nn.Parameter({path}.data * 0.5)", f"{path}.data = {path}.data * 0.5", f"{path}.data *= 0.5",
        f"{path}.data[...] = values(*{path}.shape)", f"{path}.data = np.asfortranarray({path}.data * 2)",
        f"{path}.data += 0.1",
    )  # fmt: skip
    return [f"if {path} is not None:", f"    {pick(forms, p.b)}"]


@change("bias")
def bias(case: Case, net: Network, p: Part) -> list[str]:
    found = _of(net, p.a, "linear", "conv")
    return [f"net.{found[0]}.bias = None"] if found else []


@change("frozen")
def frozen(case: Case, net: Network, p: Part) -> list[str]:
    path = f"net.{_weight(net, p.a)}"
    found = _of(net, p.b, "linear", "conv")
    forms = [[f"if {path} is not None:", f"    {path}.requires_grad = not {path}.requires_grad"]]
    if found:
        forms += [[f"net.{found[0]}.requires_grad_(False)"], [f"net.{found[0]}.requires_grad_(True)"]]
    return pick(forms, p.c)


@change("setting")
def setting(case: Case, net: Network, p: Part) -> list[str]:
    """A number or flag of a layer."""
    forms: list[str] = []
    for path, _ in net.known["dropout"]:
        forms += [f"net.{path}.p = {pick((0.3, 0.7, 0.0), p.b)}", f"net.{path}.inverted = not net.{path}.inverted"]
    for path, made in net.known["batch norm"]:
        forms += [f"net.{path}.eps = 0.1", f"net.{path}.momentum = 0.7"]
        if "track" not in made:
            kept = f"net.{path}.{pick(('running_mean', 'running_var'), p.b)}"
            forms.append(pick((f"{kept} = np.ones_like({kept})", f"{kept} += 0.5"), p.c))
    forms += [f"net.{path}.eps = 0.1" for path, _ in net.known["layer norm"] + net.known["group norm"]]
    forms += [f"net.{path}.num_groups = 1" for path, _ in net.known["group norm"]]
    for path, _ in net.known["response norm"]:
        forms += [f"net.{path}.alpha = 0.9", f"net.{path}.k = 2.0"]
    for path, made in net.known["activation"]:
        forms += [f"net.{path}.negative_slope = 0.5"] if "Leaky" in made else []
        forms += [f"net.{path}.beta = 3.0"] if "Softplus" in made else []
        forms += [f"net.{path}.approximate = {pick(('tanh', 'none'), p.b)!r}"] if "GELU" in made else []
    return [pick(forms, p.a)] if forms else []


@change("attribute")
def attribute(case: Case, net: Network, p: Part) -> list[str]:
    """A number, flag, function, mask, buffer or list of the network's own."""
    forms = [f"net.{name} = {pick(('0.25', '2.0', '3', f'-net.{name}'), p.b)}" for name, _ in net.known["number"]]
    forms += [f"net.{name} = not net.{name}" for name, _ in net.known["flag"]]
    forms += [f"net.{name} = {pick(('F.softplus', 'np.sin', 'F.relu'), p.b)}" for name, _ in net.known["function"]]
    for name, _ in net.known["mask"]:
        forms.append(pick((f"net.{name} = ~net.{name}", f"net.{name}[0] = not net.{name}[0]"), p.b))
    for name, _ in net.known["buffer"]:
        forms.append(pick((f"net.{name} = net.{name} * 2", f"net.{name} *= 2"), p.b))
    forms += [_other_layers(name, *detail, p.b) for name, detail in net.known["sequence"]]
    if not forms:
        return []
    chosen = pick(forms, p.a)
    return [chosen, "net.astype(DTYPE)"] if "Linear" in chosen else [chosen]


def _other_layers(name: str, size: int, holder: str, number: int) -> str:
    """A list of layers that is another, grows, shrinks, or has another layer in it."""
    forms = [f"net.{name} = {holder.format(f'nn.Sigmoid(), nn.Linear({size}, {size})')}"]
    if holder == "[{}]":
        forms += [f"net.{name}.append(nn.Tanh())", f"net.{name}[0] = nn.ReLU()", f"del net.{name}[0]"]
        forms += [f"net.{name}.insert(0, nn.Linear({size}, {size}))"]
    elif "List" in holder:
        forms += [f"net.{name}.append(nn.Tanh())"]
    return pick(forms, number)


@change("optimizer")
def optimizer(case: Case, net: Network, p: Part) -> list[str]:
    if not case.optimizers:
        return []
    kind = case.optimizers[0].kind
    forms = ["optimizer.lr = 0.02", "optimizer.lr *= 0.5", "optimizer.weight_decay = 0.3", "optimizer.l1 = 0.05"]
    forms += ["optimizer.state = {}", "optimizer.state.clear()", "optimizer.decay = 'weights'"]
    forms += ["optimizer.load_state_dict(optimizer.state_dict())"]
    forms += ["optimizer.betas = (0.5, 0.9)"] if "Adam" in kind else []
    forms += ["optimizer.eps = 0.1"] if kind not in ("SGD", "Momentum", "Nesterov") else []
    forms += ["optimizer.alpha = 0.5"] if kind == "RMSprop" else []
    forms += ["optimizer.momentum = 0.5"] if kind in ("Momentum", "Nesterov") else []
    return [pick(forms, p.a)]


@change("loaded")
def loaded(case: Case, net: Network, p: Part) -> list[str]:
    return [
        "state = {name: a * 0.9 for name, a in net.state_dict().items() if a.dtype == DTYPE}",
        "net.load_state_dict(state, strict=False)",
    ]

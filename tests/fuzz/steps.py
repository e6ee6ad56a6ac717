"""The grammar of steps: what ordinary Python may do around a forward pass, a backward pass and an optimizer.

Each piece adds lines to one of the places of a step, results, and arguments. All may be combined, and each left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.parts import Case, Part, pick


@dataclass
class Step:
    """The places of a step."""

    case: Case
    outside: list[str] = field(default_factory=list)
    """Arrays that the step takes from outside: lines before it."""
    start: list[str] = field(default_factory=list)
    scored: list[str] = field(default_factory=list)
    """When `scores` are there."""
    loss: list[str] = field(default_factory=list)
    """When `loss` is there."""
    slopes: list[str] = field(default_factory=list)
    """When the gradients are there."""
    end: list[str] = field(default_factory=list)
    """After the step of the optimizer."""
    results: list[str] = field(default_factory=list)
    arguments: list[tuple[str, str]] = field(default_factory=list)
    """More arguments: their names, and the expressions of a call, in which k is its number, n the examples."""
    count: int = 0

    def choose(self, number: int, *forms: str) -> None:
        """The scores become one of these."""
        self.scored.append(f"scores = {pick(forms, number)}")

    def argument(self, stem: str, value: str) -> str:
        self.count += 1
        self.arguments.append((f"{stem}{self.count}", value))
        return f"{stem}{self.count}"

    def array(self, stem: str, value: str) -> str:
        self.count += 1
        self.outside.append(f"{stem}{self.count} = {value}")
        return f"{stem}{self.count}"


Write = Callable[[Step, Part], Any]
PIECES: dict[str, Write] = {}
FORWARD: set[str] = set()
"""The pieces that a forward pass may have, too."""


def piece(kind: str, forward: bool = False) -> Callable[[Write], Write]:
    def enter(write: Write) -> Write:
        PIECES[kind] = write
        if forward:
            FORWARD.add(kind)
        return write

    return enter


LOSSES = {
    "cross entropy": ("F.cross_entropy(scores, y)", "labels"),
    "smoothed": ("F.cross_entropy(scores, y, label_smoothing=0.1)", "labels"),
    "summed": ("F.cross_entropy(scores, y, reduction='sum') / len(y)", "labels"),
    "one-hot": ("-(np.eye(CLASSES, dtype=DTYPE)[y] * F.log_softmax(scores)).sum(axis=1).mean()", "labels"),
    "one-hot target": ("F.cross_entropy(scores, np.eye(CLASSES, dtype=DTYPE)[y])", "labels"),
    "picked": ("-F.log_softmax(scores)[np.arange(len(y)), y].mean()", "labels"),
    "picked probability": ("-F.log(F.softmax(scores)[np.arange(len(y)), y] + 1e-3).mean()", "labels"),
    "squares": ("F.mse_loss(scores, y)", "numbers"),
    "squared error": ("F.squared_error(scores, y) / len(y)", "numbers"),
    "by hand": ("((scores - y) ** 2).mean()", "numbers"),
    "left": ("(y * scores).mean() + (scores * scores).mean()", "numbers"),
    "absolute": ("abs(scores - y).mean()", "numbers"),
    "binary": ("F.binary_cross_entropy_with_logits(scores, y)", "bits"),
    "own square": ("(scores * scores).mean()", "labels"),
}  # fmt: skip
TARGETS = {
    "labels": "rng.integers(0, CLASSES, n)",
    "numbers": "rng.standard_normal((n, CLASSES)).astype(DTYPE)",
    "bits": "(rng.random((n, CLASSES)) > 0.5).astype(DTYPE)",
}
SETTINGS = (
    "",
    "",
    ", weight_decay=0.1",
    ", l1=0.01",
    ", weight_decay=0.1, decay='weights'",
    ", weight_decay=0.1, l1=0.01",
)
METHODS = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam", "AdamW")


def optimizer(p: Part, parameters: str) -> str:
    """The expression of an optimizer."""
    more = pick(SETTINGS, p.b)
    if p.kind == "SGD" and p.c % 3 == 1:
        more += ", momentum=0.9, dampening=0.5"
    return f"optim.{p.kind}({parameters}, lr={pick((0.1, 0.05, 0.3), p.a)}{more})"

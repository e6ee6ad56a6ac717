"""Calls of public functions with arguments of wrong types: what comes back is judged, not what is computed.

A call may work, or be refused by a sentence of ours, in a TypeError, ValueError or their like. What may not reach a
user is the text of an error that nobody wrote for them: NumPy's, or Python's about an attribute that a thing lacks.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import zerokara as zk
from zerokara import (
    autodiff,
    data,
    digits,
    estimators,
    experiments,
    explain,
    functional,
    generation,
    io,
    kernels,
    models,
    nn,
    optim,
    parallel,
    recipes,
    report,
    rules,
    training,
)
from zerokara.arrays import generator
from zerokara.data import sequences, text, toys

RAW = re.compile(
    r"has no attribute|object is not (callable|iterable|subscriptable)|not supported between instances"
    r"|unsupported operand|must be real number|cannot unpack|object of type .* has no len"
    r"|could not be broadcast|ufunc|setting an array element|inhomogeneous shape|cannot interpret"
    r"|axis \d+ is out of bounds|index \d+ is out of bounds|cannot reshape array|truth value of an array"
    r"|only integer scalar arrays|only length-1|only 0-dimensional|invalid literal|could not convert string"
    r"|too many indices|IndexError|Cannot cast|not all arguments converted|unhashable type|expected str, bytes"
    r"|list index out of range|not enough values|too many values|can't multiply|can only concatenate"
    r"|bad operand type|required argument|takes \d+ positional|an integer is required|cannot be interpreted"
    r"|argument must be|embedded null|data type .* not understood|operands could not|math domain|sequence item"
    r"|slice indices|indices must be|division by zero|arguments? should be|must be str|cannot convert"
    r"|cannot be used with isinstance"
)
"""What NumPy and Python say by themselves."""

LONGEST = 900
"""Characters of a message: the longest lists the names of 50 networks."""

SIGNATURE = re.compile(r"(missing \d+ required|got an unexpected keyword|takes (from )?\d+ (to \d+ )?positional)")
"""Python's own words about a signature are plain enough, and say the name of the function."""


class Odd:
    """Something that is like nothing."""

    def __repr__(self) -> str:
        return "<odd>"


def wrong_values() -> list[Any]:
    """What hands put in the place of what was meant."""
    return [
        None, True, 0, -1, 3, 2.5, float("nan"), float("inf"), 1j, "text", "", b"bytes", [], [1, 2], [[1], [2, 3]],
        ["a"], (), (1, "b"), {}, {"a": 1}, set(), range(3), Odd(), Odd, len, np.zeros(3), np.zeros((2, 3, 4)),
        np.array(["a"]), np.array([None]), np.float32(1), np.arange(4), np.zeros((0, 2)), zk.tensor([1.0, 2.0]),
        slice(2), Ellipsis,
    ]  # fmt: skip


@dataclass(frozen=True)
class Public:
    """A public function, and arguments with which it works, as far as the harness knows some."""

    name: str
    call: Callable[..., Any]
    good: dict[str, Any]


def good_arguments() -> dict[str, Any]:
    """Values by the name of the parameter: enough for most calls to come past the first check."""
    rng = generator(0, "wrong")
    split = data.Split(rng.random((12, 4), np.float32), np.arange(12) % 3)
    zk.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
    return {
        "model": model, "images": rng.random((6, 4), np.float32), "labels": np.arange(6) % 3, "split": split,
        "train_loader": data.Loader(split, 4), "loader": data.Loader(split, 4), "optimizer": optim.SGD(model, lr=0.1),
        "scores": rng.random((6, 3), np.float32), "predictions": np.arange(6) % 3, "classes": 3, "epochs": 1,
        "batch_size": 4, "fraction": 0.25, "probabilities": np.full((6, 3), 1 / 3), "targets": rng.random((6, 2)),
        "outputs": rng.random((6, 2)), "history": [], "records": iter(()), "data": split, "x": rng.random((2, 1, 8, 8)),
    }  # fmt: skip


OURS = {
    "zk": zk,
    "autodiff": autodiff,
    "functional": functional,
    "nn": nn,
    "optim": optim,
    "lr_scheduler": optim.lr_scheduler,
    "init": nn.init,
    "models": models,
    "report": report,
    "recipes": recipes,
    "experiments": experiments,
    "data": data,
    "transforms": data.transforms,
    "training": training,
    "digits": digits,
    "io": io,
    "explain": explain,
    "generation": generation,
    "estimators": estimators,
    "parallel": parallel,
    "text": text,
    "sequences": sequences,
    "toys": toys,
    "capture": importlib.import_module("zerokara.capture"),  # whose name is that of a function in zerokara
    "kernels": kernels,
    "rules": rules,
}
"""The modules whose public functions have to stand every wrong argument."""


def own_arguments() -> dict[str, dict[str, Any]]:
    """Values by the name of the parameter that are meant by it in one module only."""
    rng = generator(0, "own")
    return {
        "generation": {
            "model": models.LanguageModel(6, 3, 4, rng=rng), "prompt": [1, 2], "prompts": [[1, 2], [3]],
            "ids": [[1, 2], [3, 4]], "length": 2, "rngs": [generator(k, "row") for k in range(6)],
            "reading": None, "choice": generation.Choice(),
        },
        "text": {
            "ids": np.arange(12) % 5, "size": 5, "vectors": rng.random((5, 3)), "query": rng.random(3),
            "counts": np.ones((5, 5)), "a": 0, "b": 1, "c": 2, "text": "a b a", "words": ["the", "cat"], "rng": rng,
        },
        "sequences": {"count": 4, "day": sequences.FIRST_DAY, "row": "([])"},
        "toys": {"n": 9},
        "capture": {"step": len},
        "kernels": {"w": rng.random((2, 1, 3, 3)), "step": kernels.sgd_step},
    }  # fmt: skip


WRITES = re.compile(r"save|write|export|fetch|load\b|load_dataset|place|show_transfers")
"""Functions that would write files of any name, or ask the network: not called at random."""

ENUMS = {"experiments.Shows", "experiments.Verdict"}
"""Lists of words: nobody makes one of them."""

LONG = {"experiments.run", "recipes.run", "recipes.train", "models.VGG", "models.GoogLeNet", "models.AlexNet"}
"""What takes seconds, or gigabytes, where it is given nothing that is wrong."""


def public(modules: dict[str, Any] | None = None) -> Iterator[Public]:
    """Every public function and class of the modules."""
    everywhere, own = good_arguments(), own_arguments()
    for where, module in (modules or OURS).items():
        good = everywhere | own.get(where, {})
        for name in getattr(module, "__all__", None) or getattr(module, "CATALOGUE", ()):
            thing = getattr(module, name)
            if where == "rules":
                if name not in rules.RULES:
                    continue
                thing = through_apply(thing)
            elif where == "estimators":
                thing, good = fitted(thing), {}
            if (
                not callable(thing)
                or WRITES.search(name)
                or f"{where}.{name}" in LONG | ENUMS
                or (inspect.isclass(thing) and issubclass(thing, BaseException))
            ):
                continue
            try:
                parameters = inspect.signature(thing).parameters
            except (ValueError, TypeError):
                continue
            yield Public(f"{where}.{name}", thing, {p: good[p] for p in parameters if p in good})


def through_apply(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A rule as it is run: by `apply`, which tells in words what goes wrong in it.

    A net around the rule itself would cost something in every operation of a network. What `rules` has besides is for
    the authors of rules.
    """
    signature = inspect.signature(rule)

    @functools.wraps(rule)
    def call(**given: Any) -> Any:
        bound = signature.bind(**given)
        return autodiff.apply(rule, *bound.args, **bound.kwargs)

    return call


def fitted(estimator: Callable[..., Any]) -> Callable[..., Any]:
    """An estimator that learns a little with these settings: scikit-learn's take any when they are made."""

    @functools.wraps(estimator)
    def call(**settings: Any) -> Any:
        rows = generator(0, "rows").random((12, 3))
        return estimator(**{"epochs": 2, **settings}).fit(rows, np.arange(12) % 2).predict(rows)

    return call


OPERATORS = ("add", "sub", "mul", "truediv", "pow", "matmul", "mod", "floordiv", "and", "or", "lt", "ge", "eq")
QUIET = re.compile(
    r"backward|share|write|^(data|grad|forward|ways)$|^(follow|gradient|start|step_array|update|rate_after)$"
)
"""What ends a graph, and what the authors of an optimizer, a layer or a grammar write, and the library calls."""

SAID = {"gather", "gather_rows", "gather_texts", "share", "share_array", "share_json"}
"""What processes say to each other; the other methods of a team wait for a message, or end the program."""


def methods() -> Iterator[Public]:
    """Every public method and operator of what users hold in their hands, and every layer applied."""
    good = own_arguments()["text"] | good_arguments()
    t = zk.tensor(np.arange(6.0).reshape(2, 3))
    parameter = nn.Parameter(np.ones((2, 2), np.float32))
    sgd = optim.SGD([parameter], lr=0.1)
    held = {
        "Tensor": t,
        "Module": good["model"],
        "SGD": sgd,
        "Adam": optim.Adam([parameter], lr=0.1),
        "Split": good["split"],
    }
    small = text.Vocabulary.of("a b c a")
    held |= {"Vocabulary": small, "BytePairs": text.BytePairs.of("a b c a", 1), "Grammar": text.toy_grammar()}
    held |= {"NGram": text.NGram([0, 1, 2, 0], 3, 2), "Negatives": text.Negatives([1, 2, 3])}
    held |= {"Windows": text.Windows(np.arange(9), 2, 2), "Snippets": text.Snippets(np.arange(9), 2, 2, 3)}
    held |= {"Pairs": sequences.addition(4, 1), "Team": parallel.team()}
    held["CosineLR"], held["StepLR"] = optim.CosineLR(0.1, 5), optim.lr_scheduler.StepLR(sgd, 2)
    for where, thing in held.items():
        for name in dir(thing):
            inside = name[2:-2] if name.startswith("__") else ""
            if (name.startswith("_") and inside not in (*OPERATORS, "getitem", "setitem")) or WRITES.search(name):
                continue
            aside = name not in SAID if where == "Team" else QUIET.search(name)
            if aside or not inspect.isroutine(method := getattr(thing, name, None)):
                continue
            try:
                parameters = inspect.signature(method).parameters
            except (ValueError, TypeError):
                continue
            yield Public(f"{where}.{name}", method, {p: good[p] for p in parameters if p in good})
    for layer in layers():
        yield Public(f"{type(layer).__name__}()", _applied(layer), {})


def _applied(layer: nn.Module) -> Callable[[Any], Any]:
    return lambda x: layer(x)


def layers() -> list[nn.Module]:
    """One of each layer."""
    return [
        nn.Linear(3, 2), nn.Conv1d(2, 3, 2), nn.Conv2d(2, 3, 2), nn.ConvTranspose2d(2, 3, 2), nn.BatchNorm1d(3),
        nn.BatchNorm2d(3), nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.InstanceNorm2d(3), nn.LocalResponseNorm(3),
        nn.MaxPool1d(2), nn.MaxPool2d(2), nn.AvgPool1d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(2),
        nn.GlobalAvgPool2d(), nn.Flatten(), nn.Unflatten(1, (2, 2)), nn.Upsample(scale_factor=2), nn.ZeroPad2d(1),
        nn.Embedding(4, 2), nn.Dropout(), nn.Dropout2d(), nn.Softmax(), nn.ReLU(), nn.Sigmoid(), nn.GELU(), nn.PReLU(),
        nn.GLU(), nn.RMSNorm(3), nn.TransformerEncoderLayer(4, 2, 5), nn.RNN(3, 4), nn.LSTM(3, 4), nn.GRU(3, 4),
        nn.RNNCell(3, 4), nn.LSTMCell(3, 4), nn.GRUCell(3, 4),
        nn.SinusoidalPositions(4), nn.LearnedPositions(4, 4), nn.Sequential(nn.Flatten(), nn.Linear(4, 2)),
    ]  # fmt: skip


def calls(functions: list[Public], count: int, seed: int = 0) -> Iterator[tuple[Public, dict[str, Any]]]:
    """So many calls, drawn: of each one argument or all are wrong, the others good where good ones are known."""
    rng, values = generator(seed, "calls"), wrong_values()
    for number in range(count):
        one = functions[number % len(functions)]
        parameters = [
            p
            for p in inspect.signature(one.call).parameters.values()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        if not parameters:
            continue
        spoiled = (
            {parameters[int(rng.integers(len(parameters)))].name}
            if rng.random() < 0.6
            else {p.name for p in parameters}
        )
        given = {}
        for p in parameters:
            if p.name in spoiled or (p.default is p.empty and p.name not in one.good):
                given[p.name] = values[int(rng.integers(len(values)))]
            elif p.default is p.empty or (rng.random() < 0.2 and p.name in one.good):
                given[p.name] = one.good[p.name]
        yield one, given


def verdict(one: Public, given: dict[str, Any]) -> str | None:
    """What is wrong with how the call ended; None if it is in order."""
    parameters = inspect.signature(one.call).parameters
    positional = [given[p.name] for p in parameters.values() if p.kind is p.POSITIONAL_ONLY and p.name in given]
    named = {n: v for n, v in given.items() if parameters[n].kind is not inspect.Parameter.POSITIONAL_ONLY}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = one.call(*positional, **named)
            if isinstance(result, training.Training):
                result.close()
            elif isinstance(result, Iterator):
                next(result, None)
    except (TypeError, ValueError, IndexError, OSError, RuntimeError, NotImplementedError, KeyError) as error:
        text = str(error)
        if type(error) in (KeyError, RuntimeError, NotImplementedError) and len(text.split()) < 3:
            return f"{type(error).__name__}: {text}"
        if SIGNATURE.search(text):
            return None
        unfit = RAW.search(text) or len(text.split()) < 3 or "\n" in text or len(text) > LONGEST
        return f"{type(error).__name__}: {text}" if unfit else None
    except MemoryError:  # of a shape that is one, and larger than any machine
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None

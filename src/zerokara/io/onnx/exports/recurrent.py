"""Rules of sequences. ONNX has the gates in another order, both biases in one array, and an axis for the direction.

The weights stay in the file as they are in the `state_dict`, under its names; a Gather brings their rows into order.
"""

from zerokara.io.onnx.writing import Given, Step

INT32 = 6
"""ONNX's number for the type of lengths."""

ORDERS = {"RNN": (0,), "LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}
"""ONNX's order of the gates: i, o, f, c of our i, f, g, o; z, r, h of our r, z, n."""


def rnn(
    step: Step, x: Given, w_ih: Given, w_hh: Given, b_ih: Given | None = None, b_hh: Given | None = None,
    h: Given | None = None,
) -> str:  # fmt: skip
    """Elman's network over a whole sequence"""
    activation = {"tanh": "Tanh", "relu": "Relu"}[step.options["nonlinearity"]]
    return _sequence(step, "RNN", x, (w_ih, w_hh, b_ih, b_hh), (h,), activations=[activation])


def lstm(
    step: Step, x: Given, w_ih: Given, w_hh: Given, b_ih: Given | None = None, b_hh: Given | None = None,
    h: Given | None = None, c: Given | None = None,
) -> str:  # fmt: skip
    """An LSTM over a whole sequence"""
    return _sequence(step, "LSTM", x, (w_ih, w_hh, b_ih, b_hh), (h, c))


def gru(
    step: Step, x: Given, w_ih: Given, w_hh: Given, b_ih: Given | None = None, b_hh: Given | None = None,
    h: Given | None = None,
) -> str:  # fmt: skip
    """A GRU over a whole sequence"""
    after = int(step.options["reset_after"])
    return _sequence(step, "GRU", x, (w_ih, w_hh, b_ih, b_hh), (h,), linear_before_reset=after)


def _sequence(
    step: Step, operator: str, x: Given, weights: tuple[Given | None, ...], first: tuple[Given | None, ...],
    **attributes: object,
) -> str:  # fmt: skip
    """The outputs of all steps, and behind them the last states, as the rule gives them: (T + 1 or 2, N, H)."""
    _, w_hh, b_ih, b_hh = weights
    assert w_hh is not None
    size, axis = w_hh.fixed[1], step.whole([0])
    rows = step.whole([gate * size + unit for gate in ORDERS[operator] for unit in range(size)])

    def ordered(given: Given | None) -> str:
        assert given is not None
        return given.name if operator == "RNN" else step.emit("Gather", given.name, rows, axis=0)

    def with_direction(name: str) -> str:
        return step.emit("Unsqueeze", name, axis)

    products = [with_direction(ordered(given)) for given in weights[:2]]
    biases = "" if b_ih is None else with_direction(step.emit("Concat", ordered(b_ih), ordered(b_hh), axis=0))
    states = ["" if state is None else with_direction(state.name) for state in first]
    lengths = _lengths(step)
    inputs = [x.name, *products, biases, lengths, *states]
    while not inputs[-1]:
        inputs.pop()
    direction = "reverse" if step.options["reverse"] else "forward"
    outputs = step.emit(operator, *inputs, hidden_size=size, direction=direction, **attributes)
    last = list(step.writer.nodes[-1].others)
    if lengths:  # of a sequence without steps ONNX Runtime gives 0, not the state that it began with
        none = step.emit("Unsqueeze", step.emit("Equal", lengths, _zero(step)), step.whole([1]))
        last = [step.emit("Where", none, state, end) if state else end for state, end in zip(states, last, strict=True)]
    return step.emit("Concat", step.emit("Squeeze", outputs, step.whole([1])), *last, axis=0)


def _lengths(step: Step) -> str:
    """The number of steps of each sequence, as int32; "" where all have all."""
    if step.options["lengths"] is None:
        return ""
    if len({len(counts) for counts in step.both("lengths")}) > 1:
        raise ValueError(
            f"{step.path}: lengths of the sequences cannot be written, since a network gets one input: export it for "
            "sequences of one length"
        )
    return step.emit("Cast", step.array("lengths"), to=INT32)


def _zero(step: Step) -> str:
    return step.emit("Cast", step.whole([0]), to=INT32)

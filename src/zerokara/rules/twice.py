"""Which rules can be differentiated twice: all that do not stand here.

The engine runs a rule again, on tensors, to get gradients that have gradients (`rule.py`). A rule for which that would
be wrong, or is not worth its memory, stands here with what to do instead; it is refused before anything is computed.
The tests hold every other rule to its second derivative, by differences: a new rule is checked, or it is named here.
"""

from zerokara.rules.rule import Rule

_STEP_BY_STEP = "take the steps one by one, with zerokara.nn.{cell}, whose operations all have one"

ONCE: dict[str, str] = {
    "rnn": _STEP_BY_STEP.format(cell="RNNCell"),
    "lstm": _STEP_BY_STEP.format(cell="LSTMCell"),
    "gru": _STEP_BY_STEP.format(cell="GRUCell"),
    "scaled_dot_product_attention": "take F.attention_weights(query, key) @ value, whose operations all have one",
}
"""Rule → the end of the sentence "the second derivative through … is not available: …"."""


def expect_twice(rule: Rule, rules: dict[str, Rule]) -> None:
    """Refuse, in words, a rule of the table `rules` that has a first derivative only."""
    name = rule.__name__
    if name in ONCE and rules.get(name) is rule:
        raise NotImplementedError(f"the second derivative through {name} is not available: {ONCE[name]}")

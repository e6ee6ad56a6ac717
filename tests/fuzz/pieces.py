"""What a step may do before its backward pass: with arguments, arrays from outside, indices, masks, losses; results."""

from tests.fuzz.parts import Part, pick
from tests.fuzz.steps import Step, piece

# ── before the loss ──────────────────────────────────────────────────────────────────────────────────────────────────


@piece("noise given", forward=True)
def noise_given(s: Step, p: Part) -> None:
    if not s.case.indices:
        noise = s.argument("noise", "rng.standard_normal(x.shape).astype(DTYPE)")
        s.start.append(f"x = {pick((f'x + {noise}', f'{noise} + x', f'{noise} * x', f'x - 0.5 * {noise}'), p.a)}")


@piece("array from outside", forward=True)
def array_from_outside(s: Step, p: Part) -> None:
    array = s.array("outside", "values(CLASSES)")
    forms = (
        "scores + {}",
        "{} + scores",
        "{} * scores",
        "np.asarray({}) * scores",
        "scores - zk.tensor({})",
        "zk.Tensor({}) * scores",
        "scores / (2 + {} * {})",
        "np.add({}, scores)",
    )
    s.scored.append(f"scores = {pick(forms, p.a).replace('{}', array)}")


@piece("the same given twice", forward=True)
def the_same_given_twice(s: Step, p: Part) -> None:
    """Two arguments that are one array."""
    same = s.argument("same", "x")
    if not s.case.indices:
        s.scored.append(
            f"scores = scores + {pick((f'{same}.mean()', f'0.1 * {same}.reshape(len(x), -1)[:, :1]'), p.a)}"
        )


@piece("weights given")
def weights_given(s: Step, p: Part) -> None:
    """An argument that is the array of a parameter: it is read before it changes, and after."""
    given = s.argument("given", pick(("net.head.weight.data", "net.head.weight.data.T"), p.a))
    s.scored.append(f"scores = scores * {given}.mean()")
    s.end.append(f"kept{s.count} = {given} * 1")
    s.results.append(f"kept{s.count}")


@piece("number given", forward=True)
def number_given(s: Step, p: Part) -> None:
    """Numbers that are equal and yet not the same: 1 and True, 2 and 2.0, 0.0 and −0.0."""
    choices = ("(1, True)", "(2, 2.0)", "(0.0, -0.0)", "(1, 1.0)", "(0.5, 2)", "(True, False)", "(np.float64(2), 2.0)")
    name = s.argument("number", f"{pick(choices, p.a)}[k % 2]")
    s.choose(p.b, f"scores * {name}", f"{name} * scores", f"scores + {name}")
    if p.c % 2:
        s.results.append(name)


@piece("flag given", forward=True)
def flag_given(s: Step, p: Part) -> None:
    name = s.argument("flag", f"bool((k >> {p.a % 2}) % 2)")
    s.scored += [f"if {name}:", f"    scores = {pick(('scores * 2', '-scores', 'F.tanh(scores)'), p.b)}"]


@piece("tensor without axes", forward=True)
def tensor_without_axes(s: Step, p: Part) -> None:
    value = pick(
        (
            "zk.Tensor(np.array(0.5 + k, DTYPE))",
            "zk.Tensor(DTYPE(0.5 + k))",
            "zk.tensor(DTYPE(0.5 + k))",
            "np.array(0.5 + k, DTYPE)",
        ),
        p.a,
    )
    name = s.argument("scale", value)
    s.choose(p.b, f"scores * {name}", f"{name} * scores")


@piece("nest given", forward=True)
def nest_given(s: Step, p: Part) -> None:
    if p.a % 2:
        name = s.argument("nest", "{'shift': values_of(rng, CLASSES), 'scale': [values_of(rng, CLASSES)]}")
        s.scored.append(f"scores = scores * {name}['scale'][0] + {name}['shift']")
    else:
        name = s.argument("pair", pick(("[{0}, {0}]", "({0}, {0})"), p.b).format("values_of(rng, CLASSES)"))
        s.scored.append(f"scores = scores * {name}[0] + {name}[1]")


@piece("order given", forward=True)
def order_given(s: Step, p: Part) -> None:
    """An index that is an argument: the examples in another order, or some of them twice."""
    order = s.argument("order", pick(("rng.permutation(n)", "rng.integers(0, n, n)", "np.arange(n)[::-1]"), p.a))
    s.choose(p.b, f"scores[{order}]", f"F.getitem(scores, {order})", f"scores + scores[{order}]")


@piece("mask given", forward=True)
def mask_given(s: Step, p: Part) -> None:
    if p.a % 3 == 2:
        mask = s.argument("mask", "rng.random(n) > 0.4")
        s.choose(p.b, f"F.where({mask}[:, None], scores, 0.0)", f"scores * {mask}[:, None]")
    else:
        mask = s.argument("mask", "rng.random((n, CLASSES)) > 0.4")
        s.choose(
            p.b,
            f"F.where({mask}, scores, 0.5)",
            f"np.where({mask}, scores, -scores)",
            f"scores * {mask}",
            f"F.where(~{mask}, scores, scores * 2)",
        )


@piece("chosen by a mask", forward=True)
def chosen_by_a_mask(s: Step, p: Part) -> None:
    """How many numbers there are depends on the numbers: a recorder has to refuse it."""
    mask = s.argument("mask", "rng.random(n) > 0.4")
    s.results.append(
        pick((f"scores[{mask}].sum()", "scores[scores.data > 0.1].sum()", f"scores[{mask}]", "scores[scores > 0]"), p.a)
    )


@piece("largest", forward=True)
def largest(s: Step, p: Part) -> None:
    forms = (
        "scores.argmax(axis=1)",
        "scores.max(axis=1)",
        "scores[np.arange(len(scores)), scores.argmax(axis=1)]",
        "np.argmax(scores, 1)",
        "scores.argmin(1)",
        "scores > 0",
        "scores == scores",
        "scores.data < scores.data.mean()",
    )
    s.results.append(pick(forms, p.a))


@piece("outside index", forward=True)
def outside_index(s: Step, p: Part) -> None:
    index = s.array("index", "np.array([0, 0, -1])")
    s.results.append(
        pick((f"scores[{index}]", f"scores[:, {index}]", f"scores[0, {index}]", "scores[:, [0]]", "scores[0]"), p.a)
    )


# ── the loss ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@piece("penalty")
def penalty(s: Step, p: Part) -> None:
    forms = (
        "(w * w).sum()",
        "abs(w).sum()",
        "(w.T * w.T).sum()",
        "(w ** 2).mean()",
        "F.sqrt((w * w).sum() + 1e-3)",
        "w.max()",
        "(w * w).reshape(-1).sum()",
    )
    s.loss += ["for w in net.parameters():", f"    loss = loss + 0.01 * {pick(forms, p.a)}"]


@piece("another loss")
def another_loss(s: Step, p: Part) -> None:
    forms = (
        "scores.std()",
        "scores.max(axis=1).mean()",
        "F.softmax(scores).max(axis=0).sum()",
        "scores.var(axis=0).sum()",
        "abs(scores.sum(axis=0)).mean()",
        "(scores.T @ scores).sum()",
        "F.where(scores > 0, scores, 0.0).sum()",
        "scores.min()",
        "scores.clip(-0.5, 0.5).sum()",
    )
    s.loss.append(f"loss = loss + 0.1 * {pick(forms, p.a)}")


@piece("weighted")
def weighted(s: Step, p: Part) -> None:
    weight = s.argument("weight", pick(("rng.random(n).astype(DTYPE)", "rng.random((n, 1)).astype(DTYPE)"), p.a))
    s.loss.append(
        f"loss = loss + ({weight} * {pick(('scores.sum(axis=1)', 'scores[:, 0]', 'scores[:, :1]'), p.b)}).mean()"
    )


# ── what is returned ─────────────────────────────────────────────────────────────────────────────────────────────────


@piece("views returned", forward=True)
def views_returned(s: Step, p: Part) -> None:
    forms = (
        "x.T",
        "x.reshape(-1)",
        "x[0]",
        "x",
        "scores.T",
        "scores[:, :1]",
        "x[..., ::-1]",
        "np.transpose(x)",
        "scores.reshape(-1)",
        "scores[::-1]",
        "x.flatten()",
        "(x.T, x)",
        "x[:, None]",
        "np.broadcast_to(scores[0], scores.shape)",
        "scores.squeeze()",
        "x.data.T",
        "scores[0][0]",
    )
    form = pick(forms, p.a)
    if s.case.indices and ("flatten" in form or "data" in form):
        form = "x.T"
    s.start.append(f"view{s.count} = {form}") if "scores" not in form else s.scored.append(f"view{s.count} = {form}")
    s.results.append(f"view{s.count}")
    s.count += 1


@piece("arguments returned", forward=True)
def arguments_returned(s: Step, p: Part) -> None:
    forms = (
        "y",
        "{'x': x, 'y': y}",
        "[x, (y, 3, 'text', None)]",
        "scores.shape",
        "len(x)",
        "y * 2",
        "(y == y)",
        "y.reshape(-1)",
        "y[::-1]",
        "scores.dtype",
    )
    s.results.append(pick(forms, p.a))


@piece("constants returned", forward=True)
def constants_returned(s: Step, p: Part) -> None:
    array = s.array("outside", "values(3)")
    s.results.append(
        pick(
            (
                array,
                f"zk.Tensor({array})",
                f"{array} * 2",
                f"{array}[1:]",
                f"F.exp({array})",
                f"zk.Tensor({array}).reshape(3, 1)",
            ),
            p.a,
        )
    )

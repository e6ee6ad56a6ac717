"""Attention, a block of queries at a time: their scores stay in the cache, and no table (T, S) is ever in memory.

See the reference for the formulas. Forwards, a block of queries of one head is multiplied with all keys that one of
them may see, made into weights row by row, and multiplied with the values. Backwards the weights are computed anew
from the largest score and the sum of each row, which is cheaper than reading them from memory, and keeps it small;
there a block is one of queries and of keys. Whatever the causal mask hides behind the block is not computed at all.

Keys and values are packed once for all blocks of a head. What is the same for a whole row, the scale and 1/Σ, does not
go over the scores: queries are scaled before, results after.

Results have their heads innermost, (N, T, H, E) in memory: seen as (N, T, H·E), nothing has to be moved.
"""

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.blocks import pack, packed_width, times_packed
from zerokara.kernels.compiled.build import adds_up, compilable, expect_shape, inner, kernel
from zerokara.kernels.compiled.exponential import exp
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.loss import SIDE, largest_of, total_of
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.rows import empty_row, multiples, zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES
from zerokara.kernels.compiled.strided import flat

_SCORES = 65536  # numbers of a block of scores: with its neighbours it stays in the second-level cache
_MOST_ROWS = 66 // ROWS * ROWS
_KEYS = 512  # of a block, backwards, where there are two blocks of scores and their sums go to queries and to keys
_EXPONENTIAL = 20  # operations of one


def attention(
    q: Array,
    k: Array,
    v: Array,
    bias: Array | None,
    mask: Array | None,
    keep: Array | None,
    scale: float,
    past: int | None,
) -> tuple[Array, Array]:
    """(y, shares), without a table of weights. See the reference."""
    if not _possible(q, k, v, bias, mask, keep):
        return reference.attention(q, k, v, bias, mask, keep, scale, past)
    sizes = n, h, t, s, _, e, _, rows = _sizes(q, k, v, past, k.shape[2])
    y, shares = empty((n, t, h, e), q.dtype), empty((n, h, t, 2), q.dtype)
    extras = _extras(q, bias, mask, keep, (n, h, t, s))
    blocks = n * h * -(-t // rows)
    given = *_places(q, k, v), *extras, y.reshape(-1), shares.reshape(-1), sizes, float(scale)
    threads.share(_attend.on(q.dtype), [(*given, *r) for r in threads.parts(blocks, _work(sizes, 2))])
    return y.transpose(0, 2, 1, 3), shares


def attention_grads(
    g: Array,
    q: Array,
    k: Array,
    v: Array,
    y: Array,
    shares: Array,
    bias: Array | None,
    mask: Array | None,
    keep: Array | None,
    scale: float,
    past: int | None,
) -> tuple[Array, Array, Array]:
    """Gradients (dq, dk, dv); the heads are shared among the threads. See the reference."""
    if not _possible(q, k, v, bias, mask, keep) or not compilable(q, g, y, shares):
        return reference.attention_grads(g, q, k, v, y, shares, bias, mask, keep, scale, past)
    sizes = n, h, t, s, d, e, *_ = _sizes(q, k, v, past, _KEYS)
    for name, array in (("g", g), ("y", y)):
        expect_shape(name, array, (n, h, t, e))
    expect_shape("shares", shares, (n, h, t, 2))
    dq, dk, dv = (empty(shape, q.dtype) for shape in ((n, t, h, d), (n, s, h, d), (n, s, h, e)))
    extras = _extras(q, bias, mask, keep, (n, h, t, s))
    results = dq.reshape(-1), dk.reshape(-1), dv.reshape(-1)
    given = *_places(g, q, k, v, y), plain(shares).reshape(-1), *extras, *results, sizes, float(scale)
    threads.share(_attend_grad.on(q.dtype), [(*given, *r) for r in threads.parts(n * h, _work(sizes, 5))])
    return dq.transpose(0, 2, 1, 3), dk.transpose(0, 2, 1, 3), dv.transpose(0, 2, 1, 3)


def _possible(q: Array, k: Array, v: Array, *extras: Array | None) -> bool:
    """Whether these are arrays of four axes, of one type, none of them empty, and the mask one of bools."""
    bias, mask, keep = extras
    given = [a for a in (q, k, v, bias, keep) if a is not None]
    whole = all(a.ndim == 4 and a.size > 0 and a.flags.aligned for a in given)
    return compilable(*given) and whole and (mask is None or (mask.dtype == np.bool_ and mask.ndim == 4))


def _sizes(q: Array, k: Array, v: Array, past: int | None, most_keys: int) -> tuple[int, ...]:
    """N, H, T, S, D, E, how many keys are older than the first query (S where all may be seen), queries of a block of
    so many keys.
    """
    (n, h, t, d), s, e = q.shape, k.shape[2], v.shape[3]
    expect_shape("k", k, (n, h, s, d))
    expect_shape("v", v, (n, h, s, e))
    rows = min(_MOST_ROWS, max(ROWS, _SCORES // min(s, most_keys) // ROWS * ROWS))
    return n, h, t, s, d, e, s if past is None else past, rows


def _work(sizes: tuple[int, ...], products: int) -> float:
    n, h, t, s, d, e, *_ = sizes
    return float(n * h * t * s * (products * (d + e) + _EXPONENTIAL))


def _places(*arrays: Array) -> tuple[object, ...]:
    """Of each array: its memory as one axis, and the distances along its four axes."""
    found: list[object] = []
    for array in arrays:
        forward = all(stride >= 0 for stride in array.strides)
        memory, _, strides = flat(array if forward else plain(array))
        found += [memory, strides]
    return tuple(found)


def _extras(
    like: Array, bias: Array | None, mask: Array | None, keep: Array | None, shape: Shape
) -> tuple[object, ...]:
    """Bias, mask and keep seen as (N, H, T, S), each with its distances; then, which of them there are."""
    none = flat(like)[0][:1]
    found: list[object] = []
    for array in (bias, mask, keep):
        memory, strides = (none, (0, 0, 0, 0)) if array is None else _places(np.broadcast_to(array, shape))
        found += [memory, strides]
    seen = found[2]
    assert isinstance(seen, np.ndarray)
    found[2] = seen.view(np.uint8)
    return (*found, (int(bias is not None), int(mask is not None), int(keep is not None)))


_PLACE = "T[::1], UniTuple(i8, 4)"
_EXTRAS = f"{_PLACE}, u1[::1], UniTuple(i8, 4), {_PLACE}, UniTuple(i8, 3)"


@inner
def _scaled(target, source, at, rows, depth, factor):  # type: ignore[no-untyped-def]
    """`rows` rows of a block times the factor, side by side."""
    for i in range(rows):
        for j in range(depth):
            target[i * depth + j] = source[i * at[2] + j * at[3]] * factor


@inner
def _scores(row, seen, bias, bias_step, mask, mask_step, flags):  # type: ignore[no-untyped-def]
    """The first `seen` products of a row become scores; −∞ where a key may not be seen."""
    if flags[0]:
        for j in range(seen):
            row[j] += bias[j * bias_step]
    if flags[1]:
        for j in range(seen):
            if not mask[j * mask_step]:
                row[j] = -np.inf


@inner
def _weights(row, seen, largest, inverse):  # type: ignore[no-untyped-def]
    """e^(z − m)/Σ; 0 for the keys from `seen` on."""
    for j in range(seen):
        row[j] = exp(row[j] - largest) * inverse
    row[seen:] = 0


@inner
def _slopes(z, p, seen, centre):  # type: ignore[no-untyped-def]
    """p·(z − centre), exactly 0 where p is; 0 for the keys from `seen` on."""
    zero = z.dtype.type(0)
    for j in range(seen):
        z[j] = p[j] * (z[j] - centre) if p[j] != 0 else zero
    z[seen:] = 0


@inner
def _times(row, count, others, step):  # type: ignore[no-untyped-def]
    """Every one of the first `count` numbers times another one."""
    for j in range(count):
        row[j] *= others[j * step]


@inner
def _times_one(row, count, factor):  # type: ignore[no-untyped-def]
    """Every one of the first `count` numbers times the factor."""
    for j in range(count):
        row[j] *= factor


@adds_up
def _dot(a, a_step, b, b_step, count):  # type: ignore[no-untyped-def]
    """Σ a·b"""
    total = a.dtype.type(0)
    for j in range(count):
        total += a[j * a_step] * b[j * b_step]
    return total


@inner
def _clear(target, step, rows, width):  # type: ignore[no-untyped-def]
    """Zeros in `rows` rows that lie `step` apart."""
    for i in range(rows):
        for j in range(width):
            target[i * step + j] = 0


@kernel(f"void({_PLACE}, {_PLACE}, {_PLACE}, {_EXTRAS}, T[::1], T[::1], UniTuple(i8, 8), f8, i8, i8)",
        writes=("y", "shares"))  # fmt: skip
def _attend(  # type: ignore[no-untyped-def]
    q, q_at, k, k_at, v, v_at, bias, bias_at, mask, mask_at, keep, keep_at, flags, y, shares, sizes, scale, start, stop
):
    """The blocks start…stop−1 of all heads of all samples."""
    _, heads, queries, keys, depth, width, past, most = sizes
    blocks, pitch, step = (queries + most - 1) // most, keys + VECTOR_BYTES // q.itemsize, heads * width
    scores, room = empty_row(most * pitch, q.dtype), empty_row(SIDE, q.dtype)
    its_q, zeros = empty_row(most * depth, q.dtype), zero_row(2 * VECTOR_BYTES // q.itemsize, q.dtype)
    turned_k = zero_row(depth * packed_width(keys, q.itemsize), q.dtype)
    packed_v = zero_row(keys * packed_width(width, q.itemsize), q.dtype)
    by_q, by_scores, by_y = multiples(most + ROWS, depth), multiples(most + ROWS, pitch), multiples(most + ROWS, step)
    along = multiples(max(keys, depth), 1)
    factor, one, packed = q.dtype.type(scale), q.dtype.type(1), -1
    for block in range(start, stop):
        pair, first = block // blocks, block % blocks * most
        n, h, rows = pair // heads, pair % heads, min(most, queries - first)
        if pair != packed:
            pack(turned_k, k[n * k_at[0] + h * k_at[1] :], k_at[3], k_at[2], depth, keys)
            pack(packed_v, v[n * v_at[0] + h * v_at[1] :], v_at[2], v_at[3], keys, width)
            packed = pair
        reach = max(0, min(keys, first + rows + past))
        _scaled(its_q, q[n * q_at[0] + h * q_at[1] + first * q_at[2] :], q_at, rows, depth, factor)
        times_packed(its_q, by_q, rows, along[:depth], turned_k, depth, 0, reach, scores, by_scores, False, zeros)
        target, inverses = y[((n * queries + first) * heads + h) * width :], shares[2 * (pair * queries + first) + 1 :]
        for i in range(rows):
            t, row = first + i, scores[i * pitch : i * pitch + reach]
            seen = max(0, min(reach, t + past + 1))
            _scores(
                row, seen, bias[n * bias_at[0] + h * bias_at[1] + t * bias_at[2] :], bias_at[3],
                mask[n * mask_at[0] + h * mask_at[1] + t * mask_at[2] :], mask_at[3], flags,
            )  # fmt: skip
            top = largest_of(row[:seen], room)
            top = top if top > -np.inf else q.dtype.type(0)
            _weights(row, seen, top, one)
            total = total_of(row[:seen])
            place = 2 * (pair * queries + t)
            shares[place], shares[place + 1] = top, one / total if total != 0 else q.dtype.type(0)
            if flags[2]:
                _times(row, seen, keep[n * keep_at[0] + h * keep_at[1] + t * keep_at[2] :], keep_at[3])
        if reach > 0:
            times_packed(scores, by_scores, rows, along[:reach], packed_v, keys, 0, width, target, by_y, False, zeros)
            for i in range(rows):  # of ∑ e^(z − m)·v: fewer numbers than the weights
                _times_one(target[i * step :], width, inverses[2 * i])
        else:
            _clear(target, step, rows, width)


@kernel(
    f"void({_PLACE}, {_PLACE}, {_PLACE}, {_PLACE}, {_PLACE}, T[::1], {_EXTRAS}, T[::1], T[::1], T[::1], "
    "UniTuple(i8, 8), f8, i8, i8)",
    writes=("dq", "dk", "dv"),
)
def _attend_grad(  # type: ignore[no-untyped-def]
    g, g_at, q, q_at, k, k_at, v, v_at, y, y_at, shares, bias, bias_at, mask, mask_at, keep, keep_at, flags,
    dq, dk, dv, sizes, scale, start, stop,
):  # fmt: skip
    """The heads start…stop−1, those of all samples counted through: some keys at a time, with all queries."""
    _, heads, queries, keys, depth, width, past, most = sizes
    many = min(keys, _KEYS)
    pitch, step_q, step_v = many + VECTOR_BYTES // q.itemsize, heads * depth, heads * width
    weights, slopes = empty_row(most * pitch, q.dtype), empty_row(most * pitch, q.dtype)
    centres, zeros = empty_row(queries, q.dtype), zero_row(2 * VECTOR_BYTES // q.itemsize, q.dtype)
    its_q, packed_q = empty_row(most * depth, q.dtype), zero_row(most * packed_width(depth, q.itemsize), q.dtype)
    packed_g = zero_row(most * packed_width(width, q.itemsize), q.dtype)
    packed_k = zero_row(many * packed_width(depth, q.itemsize), q.dtype)
    turned_k = zero_row(depth * packed_width(many, q.itemsize), q.dtype)
    turned_v = zero_row(width * packed_width(many, q.itemsize), q.dtype)
    by_q, by_g, by_scores = (
        multiples(most + ROWS, depth),
        multiples(most + ROWS, g_at[2]),
        multiples(most + ROWS, pitch),
    )
    along, along_g, down = multiples(max(many + ROWS, depth), 1), multiples(width, g_at[3]), multiples(most, pitch)
    to_q, to_k, to_v = (
        multiples(most + ROWS, step_q), multiples(many + ROWS, step_q), multiples(many + ROWS, step_v)
    )  # fmt: skip
    factor = q.dtype.type(scale)
    for pair in range(start, stop):
        n, h = pair // heads, pair % heads
        all_g, all_y = g[n * g_at[0] + h * g_at[1] :], y[n * y_at[0] + h * y_at[1] :]
        all_q, all_dq = q[n * q_at[0] + h * q_at[1] :], dq[(n * queries * heads + h) * depth :]
        _clear(all_dq, step_q, queries, depth)
        for t in range(queries):
            centres[t] = _dot(all_g[t * g_at[2] :], g_at[3], all_y[t * y_at[2] :], y_at[3], width)
        for begin in range(0, keys, many):
            here = min(many, keys - begin)
            its_k, its_v = (
                k[n * k_at[0] + h * k_at[1] + begin * k_at[2] :],
                v[n * v_at[0] + h * v_at[1] + begin * v_at[2] :],
            )
            its_dk = dk[((n * keys + begin) * heads + h) * depth :]
            its_dv = dv[((n * keys + begin) * heads + h) * width :]
            _clear(its_dk, step_q, here, depth)
            _clear(its_dv, step_v, here, width)
            pack(packed_k, its_k, k_at[2], k_at[3], here, depth)
            pack(turned_k, its_k, k_at[3], k_at[2], depth, here)
            pack(turned_v, its_v, v_at[3], v_at[2], width, here)
            for first in range(0, queries, most):
                rows = min(most, queries - first)
                reach = max(0, min(here, first + rows + past - begin))
                if reach == 0:
                    continue
                its_g = all_g[first * g_at[2] :]
                _scaled(its_q, all_q[first * q_at[2] :], q_at, rows, depth, factor)
                pack(packed_q, its_q, depth, 1, rows, depth)
                pack(packed_g, its_g, g_at[2], g_at[3], rows, width)
                times_packed(
                    its_q, by_q, rows, along[:depth], turned_k, depth, 0, reach, weights, by_scores, False, zeros
                )  # fmt: skip
                times_packed(its_g, by_g, rows, along_g, turned_v, width, 0, reach, slopes, by_scores, False, zeros)
                for i in range(rows):
                    t, p, z = first + i, weights[i * pitch : i * pitch + reach], slopes[i * pitch : i * pitch + reach]
                    seen, place = max(0, min(reach, t + past + 1 - begin)), 2 * (pair * queries + t)
                    _scores(
                        p, seen, bias[n * bias_at[0] + h * bias_at[1] + t * bias_at[2] + begin * bias_at[3] :],
                        bias_at[3], mask[n * mask_at[0] + h * mask_at[1] + t * mask_at[2] + begin * mask_at[3] :],
                        mask_at[3], flags,
                    )  # fmt: skip
                    _weights(p, seen, shares[place], shares[place + 1])
                    if flags[2]:
                        kept = keep[n * keep_at[0] + h * keep_at[1] + t * keep_at[2] + begin * keep_at[3] :]
                        _times(z, seen, kept, keep_at[3])
                        _slopes(z, p, seen, centres[t])
                        _times(p, seen, kept, keep_at[3])
                    else:
                        _slopes(z, p, seen, centres[t])
                times_packed(
                    weights, along, reach, down[:rows], packed_g, rows, 0, width, its_dv, to_v, True, zeros
                )  # fmt: skip
                times_packed(
                    slopes, along, reach, down[:rows], packed_q, rows, 0, depth, its_dk, to_k, True, zeros
                )  # fmt: skip
                times_packed(
                    slopes, by_scores, rows, along[:reach], packed_k, here, 0, depth, all_dq[first * step_q :], to_q,
                    True, zeros,
                )  # fmt: skip
        for t in range(queries):
            _times_one(all_dq[t * step_q :], depth, factor)

"""The steps of recurrent networks in time, for the sequences from `first` to `last`: no core waits for another.

All arrays lie in memory as (steps, sequences, numbers), and are given as rows of numbers. `before` is where the state
lives: a step reads its own row of it, and writes the row of the next step.
"""

from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.exponential import tanh
from zerokara.kernels.compiled.gates import (
    clear,
    packed,
    padded,
    places,
    put,
    relu_of,
    sigmoid_of,
    tanh_of,
    times,
)
from zerokara.kernels.compiled.rows import empty_row, multiples


@inner
def _bias(b_ih, b_hh, columns, x):  # type: ignore[no-untyped-def]
    """Both biases together, or zeros."""
    start = padded(columns, x)
    if b_ih.size > 0:
        for k in range(columns):
            start[k] = b_ih[k] + b_hh[k]
    return start


@inner
def _begin(h, before, plan, first, last):  # type: ignore[no-untyped-def]
    """The first states, put before the step that comes first in time."""
    steps, count, size, reverse = plan
    at = ((steps - 1 if reverse else 0) * count + first) * size
    put(before[at : at + (last - first) * size], h[first * size : last * size])


@inner
def _hand_on(state, seen, k, row, y, before, plan):  # type: ignore[no-untyped-def]
    """What a step gives (0 behind the end of a sequence), and the state for the next step, or as the last one.

    `state` is the new one; `row` is that of the sequence in a step.
    """
    steps, count, size, reverse = plan
    t = steps - 1 - k if reverse else k
    at = (t * count + row) * size
    output = y[at : at + size]
    if seen:
        put(output, state)
    else:
        clear(output)
    old = before[at : at + size]
    if k + 1 == steps:
        end = (steps * count + row) * size
        target = y[end : end + size]
    else:
        following = (at - count * size) if reverse else (at + count * size)
        target = before[following : following + size]
    put(target, state if seen else old)


@kernel("void(T[::1], T[::1], T[::1], T[::1], T[::1], i8[::1], T[::1], T[::1], UniTuple(i8, 4), i8, i8, i8)",
        writes=("y", "before"))  # fmt: skip
def rnn_steps(p, w, b_ih, b_hh, h, lengths, y, before, plan, relu, first, last):  # type: ignore[no-untyped-def]
    """h ← tanh(p_t + b_ih + W·h + b_hh), or ReLU of it."""
    steps, count, size, reverse = plan
    rows = last - first
    panels, start, each = packed(w, 1, size, size, size), _bias(b_ih, b_hh, size, p), multiples(size, 1)
    sources = places(rows, size)
    state = empty_row(size, p.dtype)
    _begin(h, before, plan, first, last)
    for k in range(steps):
        t = steps - 1 - k if reverse else k
        here = t * count + first
        times(before[here * size :], sources, rows, each, panels, size, start, y, sources, here * size, 0)
        for r in range(rows):
            at = (here + r) * size
            put(state, y[at : at + size])
            if relu:
                relu_of(state, p[at : at + size])
            else:
                tanh_of(state, p[at : at + size])
            seen = lengths.size == 0 or t < lengths[first + r]
            _hand_on(state, seen, k, first + r, y, before, plan)


@kernel(
    "void(T[::1], T[::1], T[::1], T[::1], T[::1], T[::1], i8[::1], T[::1], T[::1], T[::1], UniTuple(i8, 4), i8, i8)",
    writes=("y", "before", "kept"),
)
def lstm_steps(p, w, b_ih, b_hh, h, c, lengths, y, before, kept, plan, first, last):  # type: ignore[no-untyped-def]
    """c ← f·c + i·g, h ← o·tanh(c); keeps i, f, g, o, the cell before and tanh(c)."""
    steps, count, size, reverse = plan
    rows, gates, wide = last - first, 4 * size, 6 * size
    panels, start, each = packed(w, 1, size, size, gates), _bias(b_ih, b_hh, gates, p), multiples(size, 1)
    sources, targets = places(rows, size), places(rows, wide)
    cells, new, state = empty_row(rows * size, p.dtype), empty_row(size, p.dtype), empty_row(size, p.dtype)
    put(cells, c[first * size : last * size])
    _begin(h, before, plan, first, last)
    for k in range(steps):
        t = steps - 1 - k if reverse else k
        here = t * count + first
        times(before[here * size :], sources, rows, each, panels, gates, start, kept, targets, here * wide, 0)
        for r in range(rows):
            row, given = kept[(here + r) * wide :], p[(here + r) * gates :]
            sigmoid_of(row[: 2 * size], given[: 2 * size])
            tanh_of(row[2 * size : 3 * size], given[2 * size : 3 * size])
            sigmoid_of(row[3 * size : gates], given[3 * size : gates])
            i, f, g, o = row[:size], row[size : 2 * size], row[2 * size : 3 * size], row[3 * size : gates]
            cell, end = cells[r * size : (r + 1) * size], row[5 * size : wide]
            put(row[gates : 5 * size], cell)
            for j in range(size):
                new[j] = f[j] * cell[j] + i[j] * g[j]
            for j in range(size):
                end[j] = tanh(new[j])
            for j in range(size):
                state[j] = o[j] * end[j]
            seen = lengths.size == 0 or t < lengths[first + r]
            _hand_on(state, seen, k, first + r, y, before, plan)
            if seen:
                put(cell, new)
    at = ((steps + 1) * count + first) * size
    put(y[at : at + rows * size], cells)


@kernel("void(T[::1], T[::1], T[::1], T[::1], T[::1], i8[::1], T[::1], T[::1], T[::1], UniTuple(i8, 4), i8, i8, i8)",
        writes=("y", "before", "kept"))  # fmt: skip
def gru_steps(p, w, b_ih, b_hh, h, lengths, y, before, kept, plan, after, first, last):  # type: ignore[no-untyped-def]
    """h ← (1 − z)·n + z·h; keeps r, z, n, and what r multiplies (`after`), or r·h."""
    steps, count, size, reverse = plan
    rows, both, gates, wide = last - first, 2 * size, 3 * size, 4 * size
    one = p.dtype.type(1)
    panels, own_panels = packed(w, 1, size, size, both), packed(w[both * size :], 1, size, size, size)
    start, own, inner_own, each = padded(both, p), padded(size, p), padded(size, p), multiples(size, 1)
    if b_ih.size > 0:
        for j in range(both):
            start[j] = b_ih[j] + b_hh[j]
        for j in range(size):
            own[j], inner_own[j] = b_ih[both + j], b_hh[both + j]
    sources, targets = places(rows, size), places(rows, wide)
    room, state = empty_row(size, p.dtype), empty_row(size, p.dtype)
    _begin(h, before, plan, first, last)
    for k in range(steps):
        t = steps - 1 - k if reverse else k
        here = t * count + first
        times(before[here * size :], sources, rows, each, panels, both, start, kept, targets, here * wide, 0)
        if after:
            times(
                before[here * size :], sources, rows, each, own_panels, size, inner_own, kept, targets,
                here * wide + gates, 0,
            )  # fmt: skip
        for r in range(rows):
            row, given = kept[(here + r) * wide :], p[(here + r) * gates :]
            sigmoid_of(row[:both], given[:both])
            if not after:
                m, old = row[gates:wide], before[(here + r) * size :]
                for j in range(size):
                    m[j] = row[j] * old[j]
        if not after:
            times(
                kept[here * wide + gates :], targets, rows, each, own_panels, size, inner_own, kept, targets,
                here * wide + both, 0,
            )  # fmt: skip
        for r in range(rows):
            row, given = kept[(here + r) * wide :], p[(here + r) * gates + both :]
            z, n, m, old = row[size:both], row[both:gates], row[gates:wide], before[(here + r) * size :]
            for j in range(size):
                room[j] = given[j] + own[j]
            if after:
                for j in range(size):
                    n[j] = row[j] * m[j]
            tanh_of(n, room)
            for j in range(size):
                state[j] = (one - z[j]) * n[j] + z[j] * old[j]
            seen = lengths.size == 0 or t < lengths[first + r]
            _hand_on(state, seen, k, first + r, y, before, plan)

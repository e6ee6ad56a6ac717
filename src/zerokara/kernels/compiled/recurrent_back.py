"""Back through the steps of recurrent networks, for the sequences from `first` to `last`. See `recurrent_steps`.

dh (and dc) hold the gradient that comes from the step after. A step makes the gradients da of its gates of it, and
then dh ← da·W, added to what reaches the state before directly. The gradients of the weights need no loop.
"""

from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.gates import clear, packed, padded, places, put, times
from zerokara.kernels.compiled.rows import empty_row, multiples
from zerokara.kernels.compiled.tiles import ADD


@inner
def _slope(room, dh, g):  # type: ignore[no-untyped-def]
    """room ← dh + g"""
    for j in range(room.size):
        room[j] = dh[j] + g[j]


@kernel("void(T[::1], T[::1], T[::1], i8[::1], T[::1], T[::1], UniTuple(i8, 4), i8, i8, i8)", writes=("da", "dh"))
def rnn_back(g, y, w, lengths, da, dh, plan, relu, first, last):  # type: ignore[no-untyped-def]
    """da = (dh + g)·(1 − y²), or where y > 0; dh ← da·W."""
    steps, count, size, reverse = plan
    rows, one, zero = last - first, y.dtype.type(1), y.dtype.type(0)
    panels, nothing, each = packed(w, size, 1, size, size), padded(size, y), multiples(size, 1)
    sources, room = places(rows, size), empty_row(size, y.dtype)
    end = (steps * count + first) * size
    put(dh[first * size : last * size], g[end : end + rows * size])
    for k in range(steps):
        t = k if reverse else steps - 1 - k
        here = t * count + first
        for r in range(rows):
            at, own = (here + r) * size, dh[(first + r) * size : (first + r + 1) * size]
            target, output = da[at : at + size], y[at : at + size]
            if lengths.size > 0 and t >= lengths[first + r]:
                clear(target)
                continue
            _slope(room, own, g[at : at + size])
            if relu:
                for j in range(size):
                    target[j] = room[j] if output[j] > zero else zero
            else:
                for j in range(size):
                    target[j] = room[j] * (one - output[j] * output[j])
            clear(own)
        times(da[here * size :], sources, rows, each, panels, size, nothing, dh, sources, first * size, ADD)


@kernel("void(T[::1], T[::1], T[::1], i8[::1], T[::1], T[::1], T[::1], UniTuple(i8, 4), i8, i8)",
        writes=("da", "dh", "dc"))  # fmt: skip
def lstm_back(g, kept, w, lengths, da, dh, dc, plan, first, last):  # type: ignore[no-untyped-def]
    """The gates' gradients of dh + g and dc; dh ← da·W, dc ← f·dc."""
    steps, count, size, reverse = plan
    rows, gates, wide, one = last - first, 4 * size, 6 * size, kept.dtype.type(1)
    panels, nothing, each = packed(w, size, 1, gates, size), padded(size, kept), multiples(gates, 1)
    sources, targets = places(rows, gates), places(rows, size)
    slope, down = empty_row(size, kept.dtype), empty_row(size, kept.dtype)
    end = (steps * count + first) * size
    put(dh[first * size : last * size], g[end : end + rows * size])
    end += count * size
    put(dc[first * size : last * size], g[end : end + rows * size])
    for k in range(steps):
        t = k if reverse else steps - 1 - k
        here = t * count + first
        for r in range(rows):
            target = da[(here + r) * gates : (here + r + 1) * gates]
            if lengths.size > 0 and t >= lengths[first + r]:
                clear(target)
                continue
            own, cells = dh[(first + r) * size : (first + r + 1) * size], dc[(first + r) * size :]
            row = kept[(here + r) * wide :]
            i, f, new, o = row[:size], row[size : 2 * size], row[2 * size : 3 * size], row[3 * size : gates]
            cell, ending = row[gates : 5 * size], row[5 * size : wide]
            d_i, d_f, d_g, d_o = target[:size], target[size : 2 * size], target[2 * size : 3 * size], target[3 * size :]
            _slope(slope, own, g[(here + r) * size :])
            for j in range(size):
                down[j] = cells[j] + slope[j] * o[j] * (one - ending[j] * ending[j])
            for j in range(size):
                d_i[j] = down[j] * new[j] * i[j] * (one - i[j])
            for j in range(size):
                d_f[j] = down[j] * cell[j] * f[j] * (one - f[j])
            for j in range(size):
                d_g[j] = down[j] * i[j] * (one - new[j] * new[j])
            for j in range(size):
                d_o[j] = slope[j] * ending[j] * o[j] * (one - o[j])
            for j in range(size):
                cells[j] = down[j] * f[j]
            clear(own)
        times(da[here * gates :], sources, rows, each, panels, size, nothing, dh, targets, first * size, ADD)


@kernel("void(T[::1], T[::1], T[::1], T[::1], i8[::1], T[::1], T[::1], T[::1], UniTuple(i8, 4), i8, i8, i8)",
        writes=("da", "inner_da", "dh"))  # fmt: skip
def gru_back(g, before, kept, w, lengths, da, inner_da, dh, plan, after, first, last):  # type: ignore[no-untyped-def]
    """The gates' gradients of dh + g: in what goes in, and in W·h + b; dh ← the latter·W, and z·dh besides."""
    steps, count, size, reverse = plan
    rows, both, gates, wide, one = last - first, 2 * size, 3 * size, 4 * size, kept.dtype.type(1)
    depth = gates if after else both
    panels, own_panels = packed(w, size, 1, depth, size), packed(w[both * size :], size, 1, size, size)
    nothing, each, own_each = padded(size, kept), multiples(depth, 1), multiples(size, 1)
    sources, targets = places(rows, gates), places(rows, size)
    slope, back = empty_row(size, kept.dtype), empty_row(rows * size, kept.dtype)
    end = (steps * count + first) * size
    put(dh[first * size : last * size], g[end : end + rows * size])
    for k in range(steps):
        t = k if reverse else steps - 1 - k
        here = t * count + first
        for r in range(rows):
            target, other = da[(here + r) * gates :], inner_da[(here + r) * gates :]
            if lengths.size > 0 and t >= lengths[first + r]:
                clear(target[:gates])
                clear(other[:gates])
                continue
            own, row = dh[(first + r) * size : (first + r + 1) * size], kept[(here + r) * wide :]
            z, n, old = row[size:both], row[both:gates], before[(here + r) * size :]
            d_z, d_n, m_n = target[size:both], target[both:gates], other[both:gates]
            _slope(slope, own, g[(here + r) * size :])
            for j in range(size):
                d_n[j] = slope[j] * (one - z[j]) * (one - n[j] * n[j])
            for j in range(size):
                d_z[j] = slope[j] * (old[j] - n[j]) * z[j] * (one - z[j])
            for j in range(size):
                own[j] = slope[j] * z[j]
            if after:
                for j in range(size):
                    m_n[j] = d_n[j] * row[j]
            else:
                put(m_n, d_n)
        if not after:
            times(da[here * gates + both :], sources, rows, own_each, own_panels, size, nothing, back, targets, 0, 0)
        for r in range(rows):
            if lengths.size > 0 and t >= lengths[first + r]:
                continue
            target, row, old = da[(here + r) * gates :], kept[(here + r) * wide :], before[(here + r) * size :]
            own, come = dh[(first + r) * size : (first + r + 1) * size], back[r * size : (r + 1) * size]
            if after:
                d_n, m = target[both:gates], row[gates:wide]
                for j in range(size):
                    target[j] = d_n[j] * m[j] * row[j] * (one - row[j])
            else:
                for j in range(size):
                    target[j] = come[j] * old[j] * row[j] * (one - row[j])
                for j in range(size):
                    own[j] += come[j] * row[j]
            put(inner_da[(here + r) * gates : (here + r) * gates + both], target[:both])
        times(inner_da[here * gates :], sources, rows, each, panels, size, nothing, dh, targets, first * size, ADD)

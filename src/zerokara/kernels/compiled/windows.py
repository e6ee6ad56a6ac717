"""Pooling windows in machine code: lists of what belongs together, and where they are the same.

A window is a list of pixels, and in the gradient a pixel is a list of windows: entries with an offset in memory and a
number (the tap) or a weight. Away from the borders all lists are the same up to a shift, so they are made anew only at
the borders. Every result is written once, and nothing has to be cleared first.
"""

import numpy as np

from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.channels import (
    GROUP,
    add_up,
    find_pixels,
    find_taps,
    gather,
    gather_judged,
    hand_out,
    spread,
    spread_judged,
)
from zerokara.kernels.compiled.rows import empty_row, zero_row
from zerokara.kernels.compiled.simd import VECTOR_BYTES

MOST_TAPS = 255
"""Taps of a window whose places fit into a byte."""

_NOWHERE = 255  # the place in a window without a pixel, or whose gradient goes nowhere


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@inner
def _taps_inside(window, size, taps, stride, padding, dilation):  # type: ignore[no-untyped-def]
    """(where tap 0 of a window would be, the first tap inside the image, one behind the last)."""
    begin = window * stride - padding
    first = (dilation - 1 - begin) // dilation if begin < 0 else 0
    last = min(taps, (size - begin + dilation - 1) // dilation) if begin < size else 0
    return begin, first, last


@inner
def _whole_windows(plan):  # type: ignore[no-untyped-def]
    """(the first window of a row that lies inside the image with all its taps, the last one)."""
    _, w, _, columns, _, taps, _, stride, _, left, _, dilation, _ = plan
    beyond = w + left - (taps - 1) * dilation - 1
    return (left + stride - 1) // stride, min(columns - 1, beyond // stride if beyond >= 0 else -1)


@inner
def _same_lists(plan):  # type: ignore[no-untyped-def]
    """(first, last) pixel of a row whose list is that of one stride to the left, with all windows one further on."""
    _, _, _, _, _, taps, _, stride, _, left, _, dilation, _ = plan
    first, last = _whole_windows(plan)
    return (first + 1) * stride - left + (taps - 1) * dilation, (last + 1) * stride - left - 1


@inner
def _group(left, channels, itemsize):  # type: ignore[no-untyped-def]
    """How many of the next windows (or pixels) with equal lists are done at once: `left` of them are left."""
    return GROUP if left >= GROUP and channels < GROUP * VECTOR_BYTES // itemsize else 1


@inner
def _list_pixels(i, j, plan, wide, offsets, numbers):  # type: ignore[no-untyped-def]
    """The pixels of window (i, j), numbered by tap or, if `wide`, by their place in the image; returns how many."""
    h, w, _, _, taps_h, taps_w, stride_h, stride_w, top, left, dilation_h, dilation_w, channels = plan
    row, first_p, last_p = _taps_inside(i, h, taps_h, stride_h, top, dilation_h)
    column, first_q, last_q = _taps_inside(j, w, taps_w, stride_w, left, dilation_w)
    count = 0
    for p in range(first_p, last_p):
        for q in range(first_q, last_q):
            pixel = (row + p * dilation_h) * w + column + q * dilation_w
            offsets[count] = pixel * channels
            numbers[count] = pixel if wide else p * taps_w + q
            count += 1
    return count


@inner
def _windows_along(size, windows, taps, stride, padding, dilation):  # type: ignore[no-untyped-def]
    """For every pixel along one axis: how many windows it is in, which ones, and which tap it is there."""
    counts = zero_row(size, np.int64)
    which, places = np.empty((size, taps), np.int64), np.empty((size, taps), np.int64)
    for tap in range(taps):
        for window in range(windows):
            pixel = window * stride - padding + tap * dilation
            if 0 <= pixel < size:
                which[pixel, counts[pixel]], places[pixel, counts[pixel]] = window, tap
                counts[pixel] += 1
    return counts, which, places


@inner
def _list_windows(row, column, along_h, along_w, plan, offsets, numbers, windows):  # type: ignore[no-untyped-def]
    """The windows that pixel (row, column) is in, numbered by the tap that it is there; returns how many."""
    columns, taps_w, channels = plan[3], plan[5], plan[12]
    count = 0
    for p in range(along_h[0][row]):
        for q in range(along_w[0][column]):
            window = along_h[1][row, p] * columns + along_w[1][column, q]
            windows[count] = window
            offsets[count] = window * channels
            numbers[count] = along_h[2][row, p] * taps_w + along_w[2][column, q]
            count += 1
    return count


@inner
def _begin_band(i, plan):  # type: ignore[no-untyped-def]
    """The first row of pixels that belongs to row i of windows, where windows do not overlap; h behind the last."""
    h, rows, stride, top = plan[0], plan[2], plan[6], plan[8]
    return 0 if i == 0 else h if i == rows else i * stride - top


@inner
def _counted(window, size, taps, stride, padding, include_pad):  # type: ignore[no-untyped-def]
    """How many positions of a window count along one axis."""
    begin = window * stride - padding
    end = min(begin + taps, size + padding)
    return end - begin if include_pad else min(end, size) - max(begin, 0)


@inner
def _share(i, j, plan, include_pad):  # type: ignore[no-untyped-def]
    """1 / the number of positions that count in window (i, j)."""
    h, w, _, _, taps_h, taps_w, stride_h, stride_w, top, left, _, _, _ = plan
    down = _counted(i, h, taps_h, stride_h, top, include_pad)
    return 1 / (down * _counted(j, w, taps_w, stride_w, left, include_pad))


# ── kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────────
# `plan`: height, width, rows and columns of windows, taps, strides, padding and dilation along both axes, channels.


@kernel("void(T[::1], T[::1], u1[::1], i4[::1], i8, i8, UniTuple(i8, 13), i8, i8)", writes=("y", "place", "argmax"))
def largest(x, y, place, argmax, wide, relu, plan, start, stop):  # type: ignore[no-untyped-def]
    """y = the largest pixel of every window, in the rows of windows start…stop−1 of all images.

    Where it was goes into `argmax`, as place in the image, if `wide`; else into `place`, as tap of the window. With
    `relu` y is at least 0, and the place is 255 where it would not have been above: no gradient passes there.
    """
    h, w, rows, columns, taps_h, taps_w, _, stride, _, _, _, _, channels = plan
    offsets, numbers = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, np.int32)
    first, last = _whole_windows(plan)
    for row in range(start, stop):
        image, count, moved, j = row // rows * h * w * channels, 0, 0, 0
        while j < columns:
            if first < j <= last:
                group = 1 if wide else _group(last + 1 - j, channels, x.itemsize)
            else:
                count, moved, group = _list_pixels(row % rows, j, plan, wide, offsets, numbers), 0, 1
            target, at = (row * columns + j) * channels, image + moved * channels
            if count == 0:
                end = target + group * channels
                y[target:end] = -np.inf
                if wide:
                    argmax[target:end] = -1
                else:
                    place[target:end] = _NOWHERE
            elif wide:
                find_pixels(x, at, 0, offsets, numbers, count, moved, y, argmax, target, 0, 1, channels)
            else:
                step = stride * channels
                find_taps(x, at, step, offsets, numbers, count, 0, y, place, target, channels, group, channels)
            j += group
            moved += group * stride
        if relu:
            results = y[row * columns * channels : (row + 1) * columns * channels]
            places = place[row * columns * channels : (row + 1) * columns * channels]
            for k in range(results.size):
                places[k] = places[k] if results[k] > 0 else np.uint8(_NOWHERE)
                results[k] = x.dtype.type(0) if results[k] <= 0 else results[k]


@kernel("void(T[::1], u1[::1], T[::1], i8, T[::1], UniTuple(i8, 13), i8, i8)", writes=("dx",))
def largest_grad(g, place, y, judged, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """dx = the sum of g over the windows in which the pixel was the largest, in the rows of pixels start…stop−1."""
    h, w, rows, columns, taps_h, taps_w, stride_h, stride, top, left, dilation_h, dilation, channels = plan
    offsets, numbers = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, np.int32)
    windows, step = empty_row(taps_h * taps_w, np.int64), stride * channels
    along_h = _windows_along(h, rows, taps_h, stride_h, top, dilation_h)
    along_w = _windows_along(w, columns, taps_w, stride, left, dilation)
    first, last = _same_lists(plan)
    for row in range(start, stop):
        image = row // h * rows * columns * channels
        for phase in range(min(stride, w)):
            count, at, column = 0, image, phase
            while column < w:
                if first <= column <= last:
                    group = _group((last - column) // stride + 1, channels, g.itemsize)
                else:
                    count = _list_windows(row % h, column, along_h, along_w, plan, offsets, numbers, windows)
                    at, group = image, 1
                target, c = (row * w + column) * channels, channels
                if judged:
                    gather_judged(g, place, y, at, c, offsets, numbers, count, dx, target, step, group, c)
                else:
                    gather(g, place, y, at, c, offsets, numbers, count, dx, target, step, group, c)
                column += group * stride
                at += group * channels


@kernel("void(T[::1], u1[::1], T[::1], i8, i8, T[::1], UniTuple(i8, 13), i8, i8)", writes=("dx",))
def largest_spread(g, place, y, judged, covered, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """`largest_grad` for windows that do not overlap, in the rows of windows start…stop−1: each writes its own pixels.

    If they do not cover the images, what lies between is cleared before, a band of rows at a time.
    """
    h, w, rows, columns, taps_h, taps_w, _, stride, _, _, _, _, channels = plan
    offsets, numbers = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, np.int32)
    (first, last), step = _whole_windows(plan), stride * channels
    for row in range(start, stop):
        image, i, count, moved, j = row // rows * h * w * channels, row % rows, 0, 0, 0
        if not covered:
            dx[image + _begin_band(i, plan) * w * channels : image + _begin_band(i + 1, plan) * w * channels] = 0
        while j < columns:
            if first < j <= last:
                group = _group(last + 1 - j, channels, g.itemsize)
            else:
                count, moved, group = _list_pixels(i, j, plan, 0, offsets, numbers), 0, 1
            at, target, c = (row * columns + j) * channels, image + moved * channels, channels
            if judged:
                spread_judged(g, place, y, at, c, offsets, numbers, count, dx, target, step, group, c)
            else:
                spread(g, place, y, at, c, offsets, numbers, count, dx, target, step, group, c)
            j += group
            moved += group * stride


@kernel("void(T[::1], T[::1], i8, UniTuple(i8, 13), i8, i8)", writes=("y",))
def mean(x, y, include_pad, plan, start, stop):  # type: ignore[no-untyped-def]
    """y = the mean of every window, in the rows of windows start…stop−1 of all images."""
    h, w, rows, columns, taps_h, taps_w, _, stride, _, _, _, _, channels = plan
    offsets, numbers = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, np.int32)
    weights = empty_row(taps_h * taps_w, x.dtype)
    first, last = _whole_windows(plan)
    for row in range(start, stop):
        image, count, moved, j = row // rows * h * w * channels, 0, 0, 0
        while j < columns:
            if first < j <= last:
                group = _group(last + 1 - j, channels, x.itemsize)
            else:
                count, moved, group = _list_pixels(row % rows, j, plan, 0, offsets, numbers), 0, 1
                weights[:] = _share(row % rows, j, plan, include_pad)
            target, at, step = (row * columns + j) * channels, image + moved * channels, stride * channels
            add_up(x, at, step, offsets, weights, count, y, target, channels, group, channels)
            j += group
            moved += group * stride


@kernel("void(T[::1], T[::1], i8, UniTuple(i8, 13), i8, i8)", writes=("dx",))
def mean_grad(g, dx, include_pad, plan, start, stop):  # type: ignore[no-untyped-def]
    """dx = the sum of g / count over the windows that the pixel is in, in the rows of pixels start…stop−1."""
    h, w, rows, columns, taps_h, taps_w, stride_h, stride, top, left, dilation_h, dilation, channels = plan
    offsets, numbers = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, np.int32)
    windows, weights = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, g.dtype)
    along_h = _windows_along(h, rows, taps_h, stride_h, top, dilation_h)
    along_w = _windows_along(w, columns, taps_w, stride, left, dilation)
    first, last = _same_lists(plan)
    for row in range(start, stop):
        image = row // h * rows * columns * channels
        for phase in range(min(stride, w)):
            count, at, column = 0, image, phase
            while column < w:
                if first <= column <= last:
                    group = _group((last - column) // stride + 1, channels, g.itemsize)
                else:
                    count = _list_windows(row % h, column, along_h, along_w, plan, offsets, numbers, windows)
                    at, group = image, 1
                    for k in range(count):
                        weights[k] = _share(windows[k] // columns, windows[k] % columns, plan, include_pad)
                target, step = (row * w + column) * channels, stride * channels
                add_up(g, at, channels, offsets, weights, count, dx, target, step, group, channels)
                column += group * stride
                at += group * channels


@kernel("void(T[::1], T[::1], i8, i8, UniTuple(i8, 13), i8, i8)", writes=("dx",))
def mean_spread(g, dx, include_pad, covered, plan, start, stop):  # type: ignore[no-untyped-def]
    """`mean_grad` for windows that do not overlap, in the rows of windows start…stop−1: each writes its own pixels."""
    h, w, rows, columns, taps_h, taps_w, _, stride, _, _, _, _, channels = plan
    offsets, numbers = empty_row(taps_h * taps_w, np.int64), empty_row(taps_h * taps_w, np.int32)
    weights, step = empty_row(1, g.dtype), stride * channels
    first, last = _whole_windows(plan)
    for row in range(start, stop):
        image, i, count, moved, j = row // rows * h * w * channels, row % rows, 0, 0, 0
        if not covered:
            dx[image + _begin_band(i, plan) * w * channels : image + _begin_band(i + 1, plan) * w * channels] = 0
        while j < columns:
            if first < j <= last:
                group = _group(last + 1 - j, channels, g.itemsize)
            else:
                count, moved, group = _list_pixels(i, j, plan, 0, offsets, numbers), 0, 1
                weights[0] = _share(i, j, plan, include_pad)
            at, target = (row * columns + j) * channels, image + moved * channels
            hand_out(g, at, channels, offsets, weights, count, dx, target, step, group, channels)
            j += group
            moved += group * stride

"""What PyTorch's users look for and what is written here instead: the end of the sentence "… has no 'name'"."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

METHODS: dict[str, str] = {
    "retain_grad": ": zk.gradients(y, at=[t]) gives gradients at inner results",
    "register_hook": ": zk.gradients(y, at=[t]) gives gradients at inner results",
    "grad_fn": ": its node, with the rule that made it, is t.node",
    "unfold": ": zk.kernels.im2col gives the windows of images",
    "scatter": ": zk.where(mask, new, t) gives a changed copy; t[index] = v changes it in place",
    "scatter_": ": t[index] = v changes it in place",
    "scatter_add_": ": np.add.at on an array does that, outside of the graph",
    "index_fill_": ": t[index] = v changes it in place",
    "masked_fill_": ": t[mask] = v changes it in place, t.masked_fill(mask, v) gives a new tensor",
    "relu_": ": t = t.relu()",
    "sigmoid_": ": t = t.sigmoid()",
    "unsqueeze_": ": t = t.unsqueeze(dim)",
    "squeeze_": ": t = t.squeeze()",
    "pin_memory": ": leave it out, there is no GPU here",
    "share_memory_": ": leave it out, or use NumPy's memory maps",
    "storage": ": t.numpy() is the array itself",
    "stride": ": t.numpy().strides tells it in bytes",
    "sparse_mask": ": tensors are dense here",
    "cholesky": ": NumPy's np.linalg has it, outside of the graph: np.asarray(t)",
    "inverse": ": NumPy's np.linalg has it, outside of the graph: np.asarray(t)",
    "map_": ": tensors are computed with as a whole",
    "apply_": ": tensors are computed with as a whole",
    "triu": ": np.triu(np.ones(t.shape)) is a mask to multiply by",
    "tril": ": np.tril(np.ones(t.shape)) is a mask to multiply by",
    "median": ": np.median(np.asarray(t)) gives it, outside of the graph",
    "new_tensor": ": zk.tensor(value, dtype=t.dtype)",
    "new_zeros": ": zk.zeros(shape, dtype=t.dtype)",
    "new_ones": ": zk.ones(shape, dtype=t.dtype)",
    "bernoulli_": ": t.copy_(zk.rand(t.shape) < p)",
    "bernoulli": ": zk.tensor(zk.rand(t.shape) < t)",
    "flip": ": t[::-1] reverses the first axis, t[:, ::-1] the second",
    "roll": ": zk.cat([t[-k:], t[:-k]]) moves the rows on by k",
    "outer": ": t[:, None] * other",
    "inner": ": (t * other).sum(-1)",
    "log1p": ": (1 + t).log()",
    "reciprocal": ": 1 / t",
    "rsqrt": ": t ** -0.5",
    "lerp": ": t + weight * (end - t)",
    "addmm": ": t + a @ b",
    "clamp_min": ": t.clamp(min=value)",
    "clamp_max": ": t.clamp(max=value)",
    "maximum": ": zk.maximum(t, other)",
    "minimum": ": zk.minimum(t, other)",
    "where": ": zk.where(condition, t, other)",
    "equal": ": zk.equal(t, other)",
    "allclose": ": zk.allclose(t, other)",
    "erf": ": zk.erf(t)",
    "logaddexp": ": zk.logaddexp(t, other)",
    "narrow": ": t[:, start : start + length]",
    "select": ": t[:, index]",
    "take": ": t.view(-1)[index]",
    "tile": ": t.repeat(…)",
    "repeat_interleave": ": t[np.repeat(np.arange(len(t)), k)]",
    "ravel": ": t.view(-1)",
    "movedim": ": t.permute(…)",
    "moveaxis": ": t.permute(…)",
    "unflatten": ": t.reshape(…)",
    "new_full": ": zk.full(shape, value, dtype=t.dtype)",
    "new_empty": ": zk.empty(shape, dtype=t.dtype)",
    "nbytes": ": t.numpy().nbytes",
    "element_size": ": t.numpy().itemsize",
    "is_contiguous": ": nothing here depends on it",
    "is_complex": ": tensors hold real numbers",
    "bfloat16": ": float16, float32 and float64 are there",
}

OF_NUMPY = (
    "ceil", "floor", "round", "trunc", "sign", "isnan", "isinf", "isfinite", "isclose", "isreal", "fliplr",
    "flipud", "rot90", "prod", "cumprod", "diff", "kron", "trace", "diagonal", "diag", "cross", "quantile",
    "nanmean", "nansum", "nan_to_num", "nonzero", "argwhere", "count_nonzero", "unique", "bincount", "histogram",
    "logical_and", "logical_or", "logical_xor", "logical_not", "floor_divide", "remainder", "fmod", "hypot",
    "copysign", "tan", "sinh", "cosh", "arcsin", "arccos", "arctan", "arctan2", "log2", "log10", "exp2", "expm1",
    "sinc", "cov", "corrcoef",
)  # fmt: skip
"""What NumPy has under the same name, and what has no gradient here."""

METHODS |= {name: f": np.{name}(np.asarray(t), …) gives it, outside of the graph" for name in OF_NUMPY}

ALGEBRA = (
    "det", "slogdet", "pinverse", "qr", "svd", "eig", "solve", "matrix_power", "lstsq",
)  # fmt: skip
METHODS |= dict.fromkeys(ALGEBRA, ": NumPy's np.linalg has it, outside of the graph: np.asarray(t)")

CHANGED_IN_PLACE = (
    "abs", "clip", "cos", "cumsum", "exp", "log", "neg", "pow", "round", "sin", "softmax", "sqrt", "square", "tanh",
    "transpose", "floor", "ceil", "t", "swapaxes",
)  # fmt: skip
for _name in CHANGED_IN_PLACE:
    _plain = f": np.{_name}(np.asarray(t))" if _name in OF_NUMPY else f": t.{_name}(…) gives a new tensor"
    METHODS.setdefault(f"{_name}_", f"{_plain}; t.copy_(…) puts it into t, under zk.no_grad()")

NAMES: dict[str, str] = {
    "utils": ": data sets and loaders stand in zk.data",
    "autograd": ": zk.gradients gives gradients, zk.jacobian, zk.hessian and zk.hvp matrices of derivatives; "
    "zk.autodiff.apply runs a rule of one's own",
    "func": ": zk.gradients, zk.jacobian and zk.hessian are given a value or a function, and its inputs",
    "Generator": ": zk.generator(seed)",
    "compile": ": zk.capture(step) records a step",
    "jit": ": zk.capture(step) records a step",
    "FloatTensor": ": zk.tensor(values, dtype=zk.float32)",
    "LongTensor": ": zk.tensor(values, dtype=zk.int64)",
    "DoubleTensor": ": zk.tensor(values, dtype=zk.float64)",
    "onnx": ": zk.io.save_onnx(model, path, input_shape)",
    "backends": ": zk.use_kernels chooses who computes",
    "distributed": ": one process, all cores: docs/kernels.md",
    "amp": ": everything runs in float32; zk.tensor(…, dtype=zk.float16) holds halves",
    "autocast": ": everything runs in float32; zk.tensor(…, dtype=zk.float16) holds halves",
    "hub": ": zk.models has networks, zk.io.load_onnx reads those of others",
    "set_default_dtype": ": give dtype= where a tensor is made; layers have dtypes of their own",
    "get_default_dtype": ": it is float32",
    "set_num_threads": ": ZEROKARA_THREADS in the environment says how many",
    "get_num_threads": ": zerokara version tells it",
    "meshgrid": ": np.meshgrid(…) gives arrays, zk.tensor(array) a tensor",
    "addmm": ": t + a @ b",
    "outer": ": a[:, None] * b",
    "complex64": ": tensors hold real numbers",
    "bfloat16": ": float16, float32 and float64 are there",
    "mps": ": there is no GPU here",
    "sparse": ": tensors are dense here",
    "linalg": ": t.norm() is here; np.linalg has the rest, outside of the graph",
    "special": ": zk.functional has erf and ndtr",
    "triu": ": np.triu(np.ones(shape)) is a mask to multiply by",
    "tril": ": np.tril(np.ones(shape)) is a mask to multiply by",
}


NAMES = {name: text for name, text in METHODS.items() if not name.endswith("_")} | NAMES


def absent(package: str, name: str, sentences: Mapping[str, str], names: Iterable[str]) -> AttributeError:
    """What is said of a name that a package does not have: what is written instead, or the names like it."""
    if name.startswith("__"):
        return AttributeError(name)
    near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.6)
    instead = sentences.get(name) or (f"; did you mean {' or '.join(near)}?" if near else "")
    return AttributeError(f"{package} has no {name!r}{instead}")


class _Absent:
    """An attribute that is not there. As a descriptor it costs the attributes that are there nothing."""

    def __init__(self, name: str) -> None:
        self.sentence = f"a tensor has no {name!r}{METHODS[name]}"

    def __get__(self, tensor: Any, owner: Any = None) -> Any:
        if tensor is None:
            return self
        raise AttributeError(self.sentence)


class Elsewhere:
    """The names that PyTorch's tensors have and these have not, each with a sentence."""

    __slots__ = ()


for _name in METHODS:
    setattr(Elsewhere, _name, _Absent(_name))

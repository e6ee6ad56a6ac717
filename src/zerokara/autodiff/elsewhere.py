"""What PyTorch's users look for and what is written here instead: the end of the sentence "… has no 'name'"."""

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
}

NAMES: dict[str, str] = {
    "utils": ": data sets and loaders stand in zk.data",
    "autograd": ": zk.gradients gives gradients, zk.autodiff.apply runs a rule of one's own",
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
    "complex64": ": tensors hold real numbers",
    "bfloat16": ": float16, float32 and float64 are there",
    "mps": ": there is no GPU here",
    "sparse": ": tensors are dense here",
    "linalg": ": t.norm() is here; np.linalg has the rest, outside of the graph",
    "special": ": zk.functional has erf and ndtr",
    "triu": ": np.triu(np.ones(shape)) is a mask to multiply by",
    "tril": ": np.tril(np.ones(shape)) is a mask to multiply by",
}


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

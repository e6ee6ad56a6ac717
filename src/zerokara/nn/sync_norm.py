"""Batch norm over a batch that several processes share."""

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Shape
from zerokara.autodiff import Tensor
from zerokara.functional.norm import batch_norm_of_shares
from zerokara.nn.module import Module
from zerokara.nn.norm import BatchNorm
from zerokara.parallel.statistics import shared_now


class SyncBatchNorm(BatchNorm):
    """Batch norm of vectors (N, C) or images (N, C, H, W), over all shares of a batch. Formula at `BatchNorm`.

    In a training by several processes (`fit(…, team=parallel.team())`) mean and variance are those of the whole batch,
    as if one process had it; two messages a layer and step say so. Elsewhere it is a `BatchNorm1d` or `BatchNorm2d`.
    The name and `convert_sync_batchnorm` are PyTorch's.
    """

    def expect(self, shape: Shape) -> None:
        """(N, num_features) or (N, num_features, H, W)"""
        if len(shape) not in (2, 4) or shape[1] != self.num_features:
            raise ValueError(
                f"SyncBatchNorm expects (N, {self.num_features}) or (N, {self.num_features}, H, W) inputs; got {shape}"
                f": this layer has num_features={self.num_features}"
            )

    def forward(self, x: Tensor) -> Tensor:
        """x, normalized per channel."""
        sharing = shared_now()
        if sharing is None or not self.training:
            return super().forward(x)
        self.expect(x.shape)
        return batch_norm_of_shares(
            x, self.running_mean, self.running_var, self.weight, self.bias, sharing, self._count_batch(), self.eps
        )

    @classmethod
    def convert_sync_batchnorm(cls, module: Module) -> Module:
        """The module with every batch norm in it replaced by a synchronised one that has its parameters and buffers."""
        if not isinstance(module, Module):
            raise TypeError(f"convert_sync_batchnorm takes a Module, as nn.Sequential(…); got {short(module)}")
        if isinstance(module, BatchNorm):
            return module if isinstance(module, cls) else _converted(module)
        for name, part in list(vars(module).items()):
            if isinstance(part, Module):
                setattr(module, name, cls.convert_sync_batchnorm(part))
            elif isinstance(part, list | tuple) and any(isinstance(p, Module) for p in part):
                new = [cls.convert_sync_batchnorm(p) if isinstance(p, Module) else p for p in part]
                setattr(module, name, type(part)(new))
            elif isinstance(part, dict) and any(isinstance(p, Module) for p in part.values()):
                setattr(
                    module,
                    name,
                    {k: cls.convert_sync_batchnorm(p) if isinstance(p, Module) else p for k, p in part.items()},
                )
        return module


def _converted(layer: BatchNorm) -> SyncBatchNorm:
    affine, tracked = layer.weight is not None, layer.running_mean is not None
    dtype = layer.weight.dtype if layer.weight is not None else np.float32
    made = SyncBatchNorm(layer.num_features, layer.eps, layer.momentum, affine, tracked, dtype=dtype)
    for name, value in vars(layer).items():
        setattr(made, name, value)
    return made

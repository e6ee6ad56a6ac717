"""The variational auto-encoder: a code that is a normal distribution, so that new codes can be drawn."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import Shape, default_generator
from zerokara.autodiff import Tensor, as_tensor
from zerokara.models.autoencoder import Rng, dense
from zerokara.models.objective import Learner
from zerokara.nn import Flatten, Linear, Module, Sequential, Unflatten

LIKELIHOODS = ("bernoulli", "gaussian")


class VAE(Learner):
    """x → μ, ln σ² → z = μ + σ·ε → x again, and the loss −ELBO = −ln p(x|z) + β·KL(N(μ, σ²) ‖ N(0, 1))

    `VAE((1, 28, 28), hidden=(256,), latent=20)` is 784-256-20-256-784. Sums over pixels and latent numbers, means over
    pictures, so nats a picture. likelihood "bernoulli": binary cross-entropy, pixels in 0…1, and the decoder gives
    scores; "gaussian": ½(x − output)² with σ = 1, and the decoder gives pixels.

    Kingma and Welling, "Auto-Encoding Variational Bayes", 2013 (arXiv 1312.6114); β: Higgins et al., 2017.
    """

    encoder: Module
    mean: Linear
    log_variance: Linear
    decoder: Module

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        hidden: Sequence[int] = (256,),
        latent: int = 20,
        *,
        beta: float = 1.0,
        likelihood: str = "bernoulli",
        activation: str = "relu",
        rng: Rng = None,
    ) -> None:
        if not hidden:
            raise ValueError("VAE expects at least one hidden layer, as hidden=(256,)")
        rng = default_generator() if rng is None else rng
        size = math.prod(input_shape)
        self.encoder = Sequential(Flatten(), *dense([size, *hidden], activation, activation, rng))
        self.mean = Linear(hidden[-1], latent, rng=rng)
        self.log_variance = Linear(hidden[-1], latent, rng=rng)
        back = dense([latent, *reversed(hidden), size], activation, "identity", rng)
        self.decoder = Sequential(*back, Unflatten(1, tuple(input_shape)))
        self.latent, self.beta = latent, beta
        self.likelihood = known("likelihood", likelihood, LIKELIHOODS)

    def encode(self, x: Any) -> tuple[Tensor, Tensor]:
        """μ and ln σ² of the codes, (N, latent) both."""
        features = self.encoder(as_tensor(x))
        return self.mean(features), self.log_variance(features)

    def decode(self, z: Any) -> Tensor:
        """The pictures that codes (N, latent) stand for, in 0…1: of every pixel its mean."""
        scores = self.decoder(as_tensor(z))
        return F.sigmoid(scores) if self.likelihood == "bernoulli" else scores

    def forward(self, x: Tensor) -> Tensor:
        """x, encoded and decoded; in training mode through a draw, else through the mean μ."""
        mean, log_variance = self.encode(x)
        return self.decode(F.reparametrize(mean, log_variance) if self.training else mean)

    def parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The two parts of −ELBO, each in nats a picture: the reconstruction of one draw, and the KL term without β."""
        mean, log_variance = self.encode(x)
        scores = self.decoder(F.reparametrize(mean, log_variance))
        if self.likelihood == "bernoulli":
            rebuilt = F.binary_cross_entropy_with_logits(scores, x, "batchmean")
        else:
            rebuilt = 0.5 * F.mse_loss(scores, x, "batchmean")
        return rebuilt, F.gaussian_kl(mean, log_variance)

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """−ELBO, with β times the KL term"""
        rebuilt, kl = self.parts(x)
        return rebuilt + self.beta * kl

    def sample(self, count: int, rng: Rng = None) -> Tensor:
        """`count` new pictures: codes drawn from N(0, 1), decoded."""
        rng = default_generator() if rng is None else rng
        codes = rng.standard_normal((count, self.latent), np.float32)
        return self.decode(codes.astype(self.mean.weight.dtype))

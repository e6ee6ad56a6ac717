"""A mixture of normal distributions, fitted by expectation and maximization."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array

FLOOR = 1e-6
"""Below this share of the data's own variance no axis of a covariance may fall: a hill on a single point would be
infinitely steep, and its likelihood infinite."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Shares (K,), means (K, D), covariances (K, D, D)."""

    shares: Array
    means: Array
    covariances: Array

    def logs(self, x: Array) -> Array:
        """ln(share · density) of every point under every hill, (N, K)."""
        found = np.empty((len(x), len(self.shares)))
        with np.errstate(divide="ignore"):
            shares = np.log(self.shares)
        for k, (mean, covariance) in enumerate(zip(self.means, self.covariances, strict=True)):
            lower = np.linalg.cholesky(covariance)
            z = np.linalg.solve(lower, (x - mean).T)
            size = 2 * np.log(np.diag(lower)).sum() + x.shape[1] * np.log(2 * np.pi)
            found[:, k] = shares[k] - 0.5 * (size + (z * z).sum(axis=0))
        return found

    def log_likelihood(self, x: Array) -> float:
        """The mean over the points of ln p(x)."""
        return float(np.mean(_log_sum(self.logs(x))))

    def step(self, x: Array) -> "Mixture":
        """One step: every point is shared among the hills, then every hill is fitted to its share of the points.

        A hill that has no points stays as it is, with the share 0; one whose points lie on a line or in one place is
        kept from collapsing by `FLOOR`.
        """
        logs = self.logs(x)
        r = np.exp(logs - _log_sum(logs)[:, None])
        counts = r.sum(axis=0)
        floor = _floor(x)
        means, covariances = self.means.copy(), self.covariances.copy()
        for k in np.flatnonzero(counts > 1e-12 * len(x)):
            w = r[:, k] / counts[k]
            means[k] = w @ x
            d = x - means[k]
            values, axes = np.linalg.eigh((w[:, None] * d).T @ d)
            covariances[k] = (axes * np.maximum(values, floor)) @ axes.T
        return Mixture(counts / counts.sum(), means, covariances)

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Points of the mixture, (count, D)."""
        chosen = rng.choice(len(self.shares), count, p=self.shares / self.shares.sum())
        e = rng.standard_normal((count, self.means.shape[1]))
        lower = np.linalg.cholesky(self.covariances)[chosen]
        x: Array = self.means[chosen] + np.einsum("nij,nj->ni", lower, e)
        return x


def start_at(means: Array, x: Array) -> Mixture:
    """Hills of equal shares at these places (K, D), each with the covariance of all points, kept from collapsing."""
    values, axes = np.linalg.eigh(np.atleast_2d(np.cov(x, rowvar=False, bias=True)))
    covariance = (axes * np.maximum(values, _floor(x))) @ axes.T
    return Mixture(np.full(len(means), 1 / len(means)), means, np.tile(covariance, (len(means), 1, 1)))


def collapsing(mixture: Mixture, x: Array) -> bool:
    """Whether a hill was kept from collapsing: then a step need not raise the likelihood."""
    return bool(np.linalg.eigvalsh(mixture.covariances).min() <= _floor(x) * (1 + 1e-6))


def _floor(x: Array) -> float:
    return FLOOR * max(float(x.var(axis=0).mean()), float(np.finfo(float).tiny ** 0.5))


def _log_sum(logs: Array) -> Array:
    highest = logs.max(axis=1)
    return np.asarray(highest + np.log(np.exp(logs - highest[:, None]).sum(axis=1)))

"""Experiments of the part `ae` (auto-encoders), in the order of the catalogue."""

from zerokara.experiments.ae.autoencoder import Autoencoder
from zerokara.experiments.ae.autoencoder_is_pca import AutoencoderIsPca
from zerokara.experiments.ae.beta import Beta
from zerokara.experiments.ae.conv_autoencoder import ConvAutoencoder
from zerokara.experiments.ae.denoising_autoencoder import DenoisingAutoencoder
from zerokara.experiments.ae.interpolation import Interpolation
from zerokara.experiments.ae.kl_closed_form import KlClosedForm
from zerokara.experiments.ae.latent_plane import LatentPlane
from zerokara.experiments.ae.reparametrize import Reparametrize
from zerokara.experiments.ae.sparse_autoencoder import SparseAutoencoder
from zerokara.experiments.ae.upsampling import Upsampling
from zerokara.experiments.ae.vae import Vae
from zerokara.experiments.ae.vae_mean_or_sum import VaeMeanOrSum
from zerokara.experiments.base import Experiment

EXPERIMENTS: tuple[Experiment, ...] = (
    AutoencoderIsPca(),
    Autoencoder(),
    DenoisingAutoencoder(),
    SparseAutoencoder(),
    Upsampling(),
    ConvAutoencoder(),
    Reparametrize(),
    KlClosedForm(),
    Vae(),
    LatentPlane(),
    Interpolation(),
    Beta(),
    VaeMeanOrSum(),
)

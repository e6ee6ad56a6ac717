"""Experiments of the part `gen` (distributions and diffusion), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.gen.diffusion_2d import Diffusion2d
from zerokara.experiments.gen.diffusion_digits import DiffusionDigits
from zerokara.experiments.gen.em_mixture import EmMixture
from zerokara.experiments.gen.guidance import Guidance
from zerokara.experiments.gen.noise_schedule import NoiseSchedule

EXPERIMENTS: tuple[Experiment, ...] = (
    EmMixture(),
    NoiseSchedule(),
    Diffusion2d(),
    Guidance(),
    DiffusionDigits(),
)

"""Experiments of the part `gen` (distributions and diffusion), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.gen.central_limit import CentralLimit
from zerokara.experiments.gen.diffusion_2d import Diffusion2d
from zerokara.experiments.gen.diffusion_digits import DiffusionDigits
from zerokara.experiments.gen.em_mixture import EmMixture
from zerokara.experiments.gen.guidance import Guidance
from zerokara.experiments.gen.maximum_likelihood import MaximumLikelihood
from zerokara.experiments.gen.noise_schedule import NoiseSchedule
from zerokara.experiments.gen.schedule_mismatch import ScheduleMismatch

EXPERIMENTS: tuple[Experiment, ...] = (
    CentralLimit(),
    MaximumLikelihood(),
    EmMixture(),
    NoiseSchedule(),
    Diffusion2d(),
    ScheduleMismatch(),
    Guidance(),
    DiffusionDigits(),
)

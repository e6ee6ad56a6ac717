"""Experiments of chapter 2, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch02.logic_gates import LogicGates
from zerokara.experiments.ch02.nand_half_adder import NandHalfAdder
from zerokara.experiments.ch02.xor_gate import XorGate
from zerokara.experiments.ch02.xor_learned import XorLearned

EXPERIMENTS: tuple[Experiment, ...] = (
    LogicGates(),
    XorGate(),
    NandHalfAdder(),
    XorLearned(),
)

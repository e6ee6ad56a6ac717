"""ONNX, the format in which networks travel between frameworks. The onnx package is loaded when it is first used."""

from zerokara.io.onnx.agreement import runtime_is_there
from zerokara.io.onnx.exporting import Exported, save_onnx
from zerokara.io.onnx.exports import EXPORTS, REFUSED
from zerokara.io.onnx.importing import OnnxModule, load_onnx
from zerokara.io.onnx.operator import OPERATORS

__all__ = [
    "EXPORTS",
    "OPERATORS",
    "REFUSED",
    "Exported",
    "OnnxModule",
    "load_onnx",
    "runtime_is_there",
    "save_onnx",
]

"""ONNX, the format in which networks travel between frameworks. The onnx package is loaded when it is first used."""

from zerokara.io.onnx.importing import OnnxModule, load_onnx
from zerokara.io.onnx.operator import OPERATORS

__all__ = ["OPERATORS", "OnnxModule", "load_onnx"]

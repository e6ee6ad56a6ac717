"""The onnx package's own backend tests of single nodes: what they are, how they are run, and the table in the docs.

`python -m tests.io.onnx.backend` writes docs/onnx-operators.md anew.
"""

import functools
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from zerokara.io.onnx.graph import DTYPES
from zerokara.io.onnx.importing import OnnxModule
from zerokara.io.onnx.operator import OPERATORS
from zerokara.io.onnx.reading import array_of, graph_of

PAGE = Path(__file__).parents[3] / "docs" / "onnx-operators.md"

RANDOM = "draws random numbers of NumPy's old generator"
EXCEPTIONS: dict[str, str] = dict.fromkeys(
    ("training_dropout", "training_dropout_default", "training_dropout_default_mask", "training_dropout_mask"), RANDOM
)
EXCEPTIONS["convtranspose_3d"] = "transposed convolutions have one or two axes of pixels; refused in words"
EXCEPTIONS["lstm_with_peepholes"] = "its gates see the cell, which no rule here does; it is refused in words"
_ATTENTION = """
    23_fullymasked_qk_matmul_output_mode3_zero 24_fullymasked_qk_matmul_output_mode3_zero
    24_qk_matmul_output_mode3_softmax_precision 3d_diff_heads_sizes_softcap 3d_gqa_softcap
    3d_local_window 3d_softcap 3d_with_past_and_present_qk_matmul
    3d_with_past_and_present_qk_matmul_bias 3d_with_past_and_present_qk_matmul_softcap
    3d_with_past_and_present_qk_matmul_softmax 4d_causal_nonpad_attn_mask_composition
    4d_causal_nonpad_batch_prefill 4d_causal_nonpad_continued_prefill
    4d_causal_nonpad_negative_offset_structural_empty 4d_diff_heads_mask4d_padded_kv
    4d_diff_heads_sizes_softcap 4d_gqa_causal_nonpad_decode 4d_gqa_causal_nonpad_decode_fp16
    4d_gqa_softcap 4d_softcap 4d_softcap_neginf_mask 4d_softcap_neginf_mask_poison
    4d_with_past_and_present_qk_matmul 4d_with_past_and_present_qk_matmul_bias
    4d_with_past_and_present_qk_matmul_bias_3d_mask
    4d_with_past_and_present_qk_matmul_bias_3d_mask_causal
    4d_with_past_and_present_qk_matmul_bias_4d_mask
    4d_with_past_and_present_qk_matmul_bias_4d_mask_causal 4d_with_qk_matmul 4d_with_qk_matmul_bias
    4d_with_qk_matmul_softcap 4d_with_qk_matmul_softmax bidirectional_window local_window
    local_window_ext_cache_float16_mask local_window_ext_cache_rank2_mask
    local_window_ext_cache_rank3_head_mask local_window_ext_cache_rank4_batch_mask
    local_window_gqa_rank4_mask local_window_rank1_boolean_mask local_window_with_past
"""
EXCEPTIONS |= {
    f"attention_{name}": "capped scores, windows, lengths of the keys or scores as a result; refused in words"
    for name in _ATTENTION.split()
}
"""Cases of supported operators that do not give the expected numbers, and why; the tests see that they still do not."""


@dataclass(frozen=True)
class Case:
    """One test of the onnx package: a model, and pairs of inputs and outputs."""

    name: str
    model: Any
    data: Any
    rtol: float
    atol: float

    @functools.cached_property
    def operators(self) -> list[str]:
        """The operators of its nodes, with the domain where it is not ONNX's own."""
        nodes = self.model.graph.node
        return sorted({n.op_type if n.domain in ("", "ai.onnx") else f"{n.domain}.{n.op_type}" for n in nodes})

    @property
    def topic(self) -> str:
        """The operator it is about; "composed" for one that is written out in other operators."""
        return self.operators[0] if len(self.model.graph.node) == 1 else "composed"

    @property
    def kind(self) -> str:
        """ "supported", "operator" (one of them is not supported), or "type" (numbers or values that NumPy lacks)."""
        if any(name not in OPERATORS for name in self.operators):
            return "operator"
        return "supported" if _has_known_types(self.model) else "type"


def cases() -> list[Case]:
    """All cases for nodes, in the order of their names."""
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [c for c in load_model_tests(kind="node") if c.model is not None]
    made = [Case(c.name.removeprefix("test_"), c.model, c.data_sets, c.rtol, c.atol) for c in found]
    return sorted(made, key=lambda case: case.name)


def run(case: Case) -> None:
    """Compute the case and compare; AssertionError or ValueError where it does not agree."""
    module = OnnxModule(graph_of(case.model))
    module.train("training" in case.name)
    for inputs, outputs in case.data:
        found = module.outputs(*map(_array, inputs))
        assert len(found) == len(outputs)
        for y, expected in zip(found.values(), map(_array, outputs), strict=True):
            assert y.data.dtype == expected.dtype, (y.data.dtype, expected.dtype)
            assert y.data.shape == expected.shape, (y.data.shape, expected.shape)
            np.testing.assert_allclose(y.data, expected, case.rtol, case.atol)


def _array(value: Any) -> Any:
    return array_of(value) if isinstance(value, onnx.TensorProto) else value


def _has_known_types(model: Any) -> bool:
    graph = model.graph
    values = [*graph.input, *graph.output, *graph.value_info]
    arrays = all(v.type.HasField("tensor_type") for v in values)
    numbers = [v.type.tensor_type.elem_type for v in values] + [t.data_type for t in graph.initializer]
    return arrays and set(numbers) | set(_types_in(graph.node)) <= set(DTYPES)


def _types_in(nodes: Any) -> Iterator[int]:
    for node in nodes:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                yield attribute.t.data_type
            if attribute.name == "to" and node.op_type == "Cast":
                yield attribute.i


def table(found: list[Case]) -> str:
    """The page: for every operator how many cases there are, pass, differ, or use types that NumPy lacks."""
    rows = {name: Counter[str]() for name in (*sorted(OPERATORS), "composed")}
    for case in found:
        kind = "differ" if case.name in EXCEPTIONS else case.kind
        if case.kind != "operator":
            rows[case.topic][kind] += 1
    left_out = Counter(case.topic for case in found if case.kind == "operator")
    total = sum(rows.values(), Counter[str]())
    lines = [
        HEAD.format(
            version=onnx.__version__,
            all=len(found),
            passed=total["supported"],
            differ=total["differ"],
            types=total["type"],
            operators=left_out.total(),
        ),
        "| operator | pass | differ | other types |",
        "|---|---|---|---|",
        *(
            f"| {name} | {row['supported']} | {row['differ'] or ''} | {row['type'] or ''} |"
            for name, row in rows.items()
        ),
        "",
        "## What differs, and why",
        "",
        *(f"- `{name}`: {why}" for name, why in sorted(EXCEPTIONS.items())),
        "",
        "## Operators that are not supported",
        "",
        ", ".join(sorted(name for name in left_out if name != "composed")) + ".",
        "",
    ]
    return "\n".join(lines)


HEAD = """# ONNX operators

What `zk.io.load_onnx` reads, judged by the onnx package's own backend tests of single nodes (onnx {version}).
Written by `python -m tests.io.onnx.backend`; a test sees that it is current.

Of {all} cases, **{passed} pass**, {differ} differ (see below), {types} use numbers or values that NumPy lacks (strings,
sequences, bfloat16, 8 and 4 bits), and {operators} need an operator that is not supported. A case under *composed* is
an operator written out in others. A file with an unsupported operator is refused by name: operator, domain and node.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(table(cases()), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

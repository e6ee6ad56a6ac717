"""What Numba makes of our functions: of those that kernels call, something to link; of kernels, one with an entry.

Numba makes machine code of every function that it meets: optimises it with all that it calls, writes wrappers by which
Python could call it, and emits all that. A function that only kernels call needs none of this, since every kernel
optimises all that was linked into it once more. Without it, six of the largest kernels took a fifth less time to
compile.

A kernel is never called in Python's way either, but by its `entry`, which stands in its library.

Numba also asks anew, at each place and in each round of its inference of types, which of its many definitions of `+`
fits two integers. Of eleven thousand such questions that the kernels of a network raise, 650 are different: they are
answered once (`answered_once`), in a sixth less time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import typed_passes as _typed
from numba.core import untyped_passes as _untyped
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.types import functions as _functions

from zerokara.kernels.compiled.entry import NOBODY, add_entry

functions: Any = _functions  # numba.core is not annotated
typed: Any = _typed
untyped: Any = _untyped

_UNUSED = {
    untyped.WithLifting, untyped.InlineClosureLikes, untyped.RewriteDynamicRaises, untyped.MakeFunctionToJitFunction,
    untyped.InlineInlinables, untyped.FindLiterallyCalls, untyped.LiteralUnroll,
    untyped.LiteralPropagationSubPipelinePass, typed.InlineOverloads, typed.NopythonRewrites,
    typed.DumpParforDiagnostics,
}  # fmt: skip
"""Steps of Numba's that look for what our functions do not have: closures, `with`, errors that are raised, operations
of whole arrays. Together they took a twentieth of the time in which kernels compile."""

_answers: dict[Any, tuple[Any, Any]] = {}  # function and types of arguments → its signature, what implements it
_ask = functions.BaseFunction.get_call_type


@contextmanager
def answered_once() -> Iterator[None]:
    """While this lasts, Numba finds the signature of one of its functions for some types of arguments only once."""
    before = functions.BaseFunction.get_call_type
    functions.BaseFunction.get_call_type = _answer
    try:
        yield
    finally:
        functions.BaseFunction.get_call_type = before


def _answer(function: Any, context: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The signature of a function of Numba's for arguments of these types."""
    question = function.key, args, tuple(named.items())
    if question not in _answers:
        signature = _ask(function, context, args, named)
        _answers[question] = signature, function._impl_keys[signature.args]
    signature, implementation = _answers[question]
    function._impl_keys[signature.args] = implementation
    return signature


class _Linked(JITCodeLibrary):
    """The code of a function and of what it calls, for others to link."""

    def finalize(self) -> None:
        """Link what the function calls; the kernels do the rest."""
        self._raise_if_finalized()  # type: ignore[no-untyped-call]
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._final_module.verify()
        self._finalized = True

    def _optimize_functions(self, module: Any) -> None:
        """Nothing: the kernels do it."""

    def get_pointer_to_function(self, name: str) -> int | None:
        """What Python calls: nothing of ours."""
        return NOBODY

    @property
    def codegen(self) -> Any:
        """Numba's, for this library."""
        return _NoEnvironment(self._codegen)


class _NoEnvironment:
    """Numba's `Codegen`; but what a function needs to raise exceptions has no address here, and none is raised."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def set_env(self, name: str, environment: Any) -> None:
        """Nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)


@register_pass(mutates_CFG=False, analysis_only=True)  # type: ignore[no-untyped-call]
class _ToBeLinked(FunctionPass):
    """Lower the function into a library that is only linked, without wrappers."""

    _name = "zerokara_to_be_linked"

    def __init__(self) -> None:
        FunctionPass.__init__(self)  # type: ignore[no-untyped-call]

    def run_pass(self, state: Any) -> bool:
        make: Any = _Linked
        state.library = make(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = True
        return True


def _steps(state: Any, lowered_into: type[FunctionPass]) -> Any:
    """Numba's steps but those that would find nothing, with one that says where the code goes."""
    builder: Any = DefaultPassBuilder
    steps = builder.define_nopython_pipeline(state)
    steps.passes = [each for each in steps.passes if each[0] not in _UNUSED]
    steps.add_pass_after(lowered_into, typed.NoPythonSupportedFeatureValidation)
    steps.finalize()
    return steps


class Linked(CompilerBase):
    """Numba's steps for a function that is only called by kernels; to be given as `pipeline_class`."""

    def define_pipelines(self) -> list[Any]:
        """The ordinary ones, and where the code goes."""
        return [_steps(self.state, _ToBeLinked)]


class _WithEntry(JITCodeLibrary):
    """The code of a kernel, to which its entry is added in the end."""

    kinds: tuple[Any, ...] = ()

    def finalize(self) -> None:
        """Add the entry, then do as Numba does."""
        (kernel,) = (each.name for each in self._final_module.functions if not each.is_declaration)
        add_entry(self, kernel, self.kinds)
        super().finalize()  # type: ignore[no-untyped-call]

    def _optimize_functions(self, module: Any) -> None:
        """Nothing: the passes over the whole module do the same."""
        module.data_layout = self._codegen._data_layout


@register_pass(mutates_CFG=False, analysis_only=True)  # type: ignore[no-untyped-call]
class _ToBeCalled(FunctionPass):
    """Lower the kernel into a library with an entry, and without the function by which Python would call it."""

    _name = "zerokara_to_be_called"

    def __init__(self) -> None:
        FunctionPass.__init__(self)  # type: ignore[no-untyped-call]

    def run_pass(self, state: Any) -> bool:
        make: Any = _WithEntry
        state.library = make(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.kinds = tuple(state.args)
        state.library.enable_object_caching()
        state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = True
        return True


class Called(CompilerBase):
    """Numba's steps for a kernel; to be given as `pipeline_class`."""

    def define_pipelines(self) -> list[Any]:
        """The ordinary ones, and where the code goes."""
        return [_steps(self.state, _ToBeCalled)]

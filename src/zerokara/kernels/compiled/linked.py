"""What Numba makes of our functions: of those that kernels call, something to link; of kernels, one with an entry.

Numba makes machine code of every function that it meets: optimises it with all that it calls, writes wrappers by which
Python could call it, and emits all that. A function that only kernels call needs none of this, since every kernel
optimises all that was linked into it once more. Without it, six of the largest kernels took a fifth less time to
compile.

A kernel is never called in Python's way either, but by its `entry`, which stands in its library.
"""

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.typed_passes import NoPythonSupportedFeatureValidation

from zerokara.kernels.compiled.entry import NOBODY, add_entry


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


class Linked(CompilerBase):
    """Numba's steps for a function that is only called by kernels; to be given as `pipeline_class`."""

    def define_pipelines(self) -> list[Any]:
        """The ordinary ones, and where the code goes."""
        builder: Any = DefaultPassBuilder
        steps = builder.define_nopython_pipeline(self.state)
        steps.add_pass_after(_ToBeLinked, NoPythonSupportedFeatureValidation)
        steps.finalize()
        return [steps]


class _WithEntry(JITCodeLibrary):
    """The code of a kernel, to which its entry is added in the end."""

    kinds: tuple[Any, ...] = ()

    def finalize(self) -> None:
        """Add the entry, then do as Numba does."""
        (kernel,) = (each.name for each in self._final_module.functions if not each.is_declaration)
        add_entry(self, kernel, self.kinds)
        import os

        self._hack = os.environ.get("HACK", "")
        super().finalize()  # type: ignore[no-untyped-call]

    def _optimize_final_module(self):
        if "optsize" in self._hack or "minsize" in self._hack:
            for f in self._final_module.functions:
                if not f.is_declaration:
                    f.add_function_attribute(self._hack)
        if "O1" in self._hack:
            pm, pb = self._codegen._module_pass_manager(loop_vectorize=False, slp_vectorize=False, opt=1)
            pm.run(self._final_module, pb)
            return
        if "O2" in self._hack:
            pm, pb = self._codegen._module_pass_manager(loop_vectorize=False, slp_vectorize=False, opt=2)
            pm.run(self._final_module, pb)
            return
        if "full" in self._hack:
            pm, pb = self._codegen._module_pass_manager()
            pm.run(self._final_module, pb)
            return
        super()._optimize_final_module()

    def _optimize_functions(self, module):
        import os

        if "nofpm" not in os.environ.get("HACK", ""):
            super()._optimize_functions(module)
        else:
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
        builder: Any = DefaultPassBuilder
        steps = builder.define_nopython_pipeline(self.state)
        steps.add_pass_after(_ToBeCalled, NoPythonSupportedFeatureValidation)
        steps.finalize()
        return [steps]

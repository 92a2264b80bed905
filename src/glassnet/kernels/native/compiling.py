"""Numba: portable code of a function whose open names have been given a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import config, types
from numba.core.compiler import Compiler
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import _FunctionCompiler
from numba.core.registry import cpu_target
from numba.core.typing.ctypes_utils import from_ctypes

from glassnet.kernels.native import machine

# Sums may be taken in any order, and so in parallel; NaN and infinity keep their meaning.
FAST = {"contract", "arcp", "nsz", "reassoc"}
OPTIONS = {"nopython": True, "error_model": "numpy", "fastmath": FAST}

# Arrays that compiled code makes ask Numba's runtime for memory. This much of it goes with the code, so that the code
# runs where Numba is not loaded: a count of owners, what destroys it, and where the memory is (numba/core/runtime).
RUNTIME = """
declare noalias ptr @malloc(i64)
declare void @free(ptr)

define noalias ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %wide = zext i32 %align to i64
  %header = add i64 %size, 64
  %total = add i64 %header, %wide
  %owner = call ptr @malloc(i64 %total)
  %begin = ptrtoint ptr %owner to i64
  %first = add i64 %begin, 64
  %ahead = add i64 %first, %wide
  %before = sub i64 %ahead, 1
  %mask = sub i64 0, %wide
  %place = and i64 %before, %mask
  %data = inttoptr i64 %place to ptr
  store i64 1, ptr %owner
  %at_destroyer = getelementptr i8, ptr %owner, i64 8
  store ptr null, ptr %at_destroyer
  %at_about = getelementptr i8, ptr %owner, i64 16
  store ptr null, ptr %at_about
  %at_data = getelementptr i8, ptr %owner, i64 24
  store ptr %data, ptr %at_data
  %at_size = getelementptr i8, ptr %owner, i64 32
  store i64 %size, ptr %at_size
  ret ptr %owner
}

define void @NRT_MemInfo_call_dtor(ptr %owner) {
  call void @free(ptr %owner)
  ret void
}

"""
# Where no code asks for memory, no array has an owner, and there is nothing to count.
NO_COUNTS = """
define void @NRT_incref(ptr %owner) {
  ret void
}

define void @NRT_decref(ptr %owner) {
  ret void
}
"""
# What a scope of aliases is called: by a number that counts what this process has compiled, which says nothing.
SCOPE = re.compile(r', !"_Z[^"]*"')


class _Compiler(_FunctionCompiler):  # type: ignore[misc]
    """Up to LLVM's code, without what would call the function from Python."""

    def _customize_flags(self, flags: Any) -> Any:
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        return flags


def portable(function: Any, name: str, kind: Any) -> bytes:
    """LLVM's code of `function` and of all that it calls, before it is fitted to a processor.

    Parameters
    ----------
    function : function
        Plain Python.
    name : str
        What the C function is called in it.
    kind : type
        Of the C function: a ``ctypes.CFUNCTYPE``.
    """
    with global_compiler_lock, _as_written():
        result, arguments = from_ctypes(kind._restype_), [from_ctypes(k) for k in kind._argtypes_]
        made = _Compiler(function, cpu_target, OPTIONS, {}, Compiler).compile(arguments, result)
        module = _linked(made, name, result, arguments)
        for defined in (*module.functions, *module.global_variables):
            if not defined.is_declaration and defined.name != name:
                defined.linkage = "internal"
        _inline(made.library.codegen, module)
        machine.simplify(module)
        code: bytes = llvm.parse_assembly(SCOPE.sub("", str(module))).as_bitcode()
        return code


@contextmanager
def _as_written() -> Iterator[None]:
    """Numba optimises no function by itself: that is done once, when everything is in one module."""
    names = "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE"
    before = {name: getattr(config, name) for name in names}
    config.OPT, config.LOOP_VECTORIZE, config.SLP_VECTORIZE = type(config.OPT)(0), 0, 0
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


def _linked(made: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """One module of the compiled function, what it calls, and a C function around it."""
    library, context = made.library, made.target_context
    library.add_ir_module(_entry(context, made.fndesc, name, result, arguments))
    others = dict.fromkeys(library._linking_libraries)
    parts = [library._final_module, *(other._get_module_for_linking() for other in others)]
    allocates = any(f.name.startswith("NRT_MemInfo_alloc") for part in parts for f in part.functions)
    module = llvm.parse_assembly(RUNTIME if allocates else NO_COUNTS)
    module.triple, module.data_layout = parts[0].triple, parts[0].data_layout
    for part in parts:
        module.link_in(part, preserve=True)
    return module


def _entry(context: Any, function: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """A C function called `name` that calls the compiled one, which raises nothing."""
    module = context.create_module(name)
    convention = context.call_conv
    inner = ir.Function(module, convention.get_function_type(result, arguments), function.llvm_func_name)
    is_void = result is types.none
    returned = ir.VoidType() if is_void else context.get_value_type(result)
    taken = [context.get_value_type(kind) for kind in arguments]
    entry = ir.Function(module, ir.FunctionType(returned, taken), name)
    builder = ir.IRBuilder(entry.append_basic_block())
    _, value = convention.call_function(builder, inner, result, arguments, entry.args)
    if is_void:
        builder.ret_void()
    else:
        builder.ret(value)
    return module


def _inline(codegen: Any, module: Any) -> None:
    """Inline what asks for it, and leave out counts of an array's owners that cancel, as Numba does."""
    passes, builder = codegen._module_pass_manager(
        loop_vectorize=False, slp_vectorize=False, opt=0, cost="cheap"
    )
    passes.run(module, builder)

"""LLVM on this processor: machine code of portable code, and functions of machine code. Numba is not loaded here."""

from __future__ import annotations

import platform
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from glassnet.kernels import blas

# Code names the BLAS by these symbols; every process says anew where they are.
if blas.FOUND is not None:
    llvm.add_symbol("glassnet_gemm_float32", blas.FOUND.float32)
    llvm.add_symbol("glassnet_gemm_float64", blas.FOUND.float64)

IS_X86 = platform.machine().lower() in ("x86_64", "amd64")
# How far LLVM goes: what holds on every processor is brief, so that most is left to decide on this one.
SIMPLIFIED, OPTIMISED = 1, 3


@cache
def _processor() -> Any:
    """LLVM's description of this processor, for code that is loaded into this process."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=OPTIMISED,
        reloc="static" if IS_X86 else "default",
        codemodel="jitdefault",
        jit=True,
    )


@cache
def _process() -> Any:
    """What holds the machine code of this process."""
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), _processor())


def simplify(module: Any) -> None:
    """Optimise a module in place as suits every processor, and forget the names of what it keeps to itself."""
    options = llvm.create_pipeline_tuning_options(speed_level=SIMPLIFIED)
    options.loop_vectorization = options.slp_vectorization = False
    options.loop_interleaving = options.loop_unrolling = False
    builder = llvm.create_pass_builder(_processor(), options)
    passes = builder.getModulePassManager()
    passes.add_strip_symbols_pass()
    passes.run(module, builder)


def translated(portable: bytes) -> bytes:
    """The machine code of portable code, as an object file, with loops that use the vectors of this processor."""
    module = llvm.parse_bitcode(portable)
    options = llvm.create_pipeline_tuning_options(speed_level=OPTIMISED)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(_processor(), options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = _processor().emit_object(module)
    return code


def loaded(code: bytes, name: str) -> int:
    """The address of the function called `name` in an object file, which is loaded.

    Raises
    ------
    ValueError
        If it is no object file, or there is no such function in it.
    """
    file = llvm.ObjectFileRef.from_data(code)
    if not file._ptr:
        raise ValueError(f"{len(code)} bytes that are no object file")
    process = _process()
    process.add_object_file(file)
    process.finalize_object()
    address: int = process.get_function_address(name)
    if not address:
        raise ValueError(f"an object file without a function {name!r}")
    return address

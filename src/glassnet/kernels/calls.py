"""Calls that compiled code makes by address: kernels of the formulas, and the BLAS."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic

from glassnet.kernels import blas, records
from glassnet.kernels.native.machine import IS_X86

# Numbers of cblas; that of a transposed matrix is the next one.
INT = ir.IntType(32)
ROW_MAJOR, NOT_TRANSPOSED = ir.Constant(INT, 101), ir.Constant(INT, 111)

ROW_TYPE, JOB_TYPE = from_dtype(records.ROW), from_dtype(records.JOB)


@intrinsic
def pointer(typingctx: Any, array: Any, start: Any) -> Any:
    """Pointer to entry `start` of a contiguous array."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        structure = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.gep(structure.data, [arguments[1]])

    return types.CPointer(array.dtype)(array, types.intp), codegen


@intrinsic
def at_address(typingctx: Any, address: Any, dtype: Any) -> Any:
    """Pointer to entries of `dtype` at an address."""
    kind = types.CPointer(dtype.instance_type if isinstance(dtype, types.TypeRef) else dtype.dtype)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(kind))

    return kind(types.intp, dtype), codegen


# Numbers that the widest vectors hold, in float32.
LANES = 16


@intrinsic
def lanes(typingctx: Any, of: Any) -> Any:
    """Pointer to room on the stack for LANES numbers like those of this pointer."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = context.get_value_type(of.dtype)
        return builder.bitcast(cgutils.alloca_once(builder, ir.ArrayType(kind, LANES)), kind.as_pointer())

    return of(of), codegen


@intrinsic(prefer_literal=False)
def call(typingctx: Any, address: Any, arguments: Any) -> Any:
    """Call the C function at `address` with a tuple of arguments; it returns nothing."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        _call(builder, ir.VoidType(), values)
        return context.get_dummy_value()

    return types.void(types.intp, arguments), codegen


@intrinsic(prefer_literal=False)
def call_for_number(typingctx: Any, address: Any, arguments: Any) -> Any:
    """Call the C function at `address` with a tuple of arguments; it returns a float64."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _call(builder, ir.DoubleType(), values)

    return types.float64(types.intp, arguments), codegen


def _call(builder: Any, result: Any, values: Any) -> Any:
    address, packed = values
    arguments = cgutils.unpack_tuple(builder, packed)
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(builder.inttoptr(address, kind.as_pointer()), arguments)


@intrinsic
def gemm(
    typingctx: Any,
    a: Any,
    b: Any,
    c: Any,
    transpose_a: Any,
    transpose_b: Any,
    rows: Any,
    columns: Any,
    inner: Any,
    kept: Any,
) -> Any:
    """C = op(A) op(B) + kept C by the BLAS, for row-major arrays; op transposes where the flag (0 or 1) says so."""
    dtype = c.dtype
    integer = ir.IntType(blas.INTEGER_BITS)

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        arrays = [context.make_array(signature.args[k])(context, builder, values[k]) for k in range(3)]
        flags = [builder.add(builder.trunc(values[k], INT), NOT_TRANSPOSED) for k in (3, 4)]
        m, n, k = (_resize(builder, values[index], integer) for index in (5, 6, 7))
        strides = [
            _resize(builder, cgutils.unpack_tuple(builder, array.shape)[1], integer) for array in arrays
        ]
        number = context.get_value_type(dtype)
        one, kept_share = ir.Constant(number, 1.0), builder.sitofp(values[8], number)
        arguments = [
            ROW_MAJOR, *flags, m, n, k, one, arrays[0].data, strides[0], arrays[1].data, strides[1],
            kept_share, arrays[2].data, strides[2],
        ]  # fmt: skip
        kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        function = cgutils.get_or_insert_function(builder.module, kind, f"glassnet_gemm_{dtype}")
        builder.call(function, arguments)
        return context.get_dummy_value()

    flag, size = types.int64, types.int64
    return types.void(a, b, c, flag, flag, size, size, size, flag), codegen


def _resize(builder: Any, value: Any, integer: Any) -> Any:
    return value if value.type.width == integer.width else builder.trunc(value, integer)


# Bits of the x86 control register: results and operands too small for full precision count as 0.
FLUSH_TO_ZERO = 0x8040


@intrinsic
def flush_to_zero(typingctx: Any) -> Any:
    """Count numbers too small for full precision as 0, in this thread, until :func:`restore`; the state before.

    Arithmetic on such numbers takes a hundred times as long, and Adam's moments of idle neurons never get beyond them.
    """

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if not IS_X86:
            return ir.Constant(INT, 0)
        place = cgutils.alloca_once(builder, INT)
        _control(builder, "stmxcsr", place)
        before = builder.load(place)
        builder.store(builder.or_(before, ir.Constant(INT, FLUSH_TO_ZERO)), place)
        _control(builder, "ldmxcsr", place)
        return before

    return types.int32(), codegen


@intrinsic
def restore(typingctx: Any, state: Any) -> Any:
    """Treat small numbers as before :func:`flush_to_zero`."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if IS_X86:
            place = cgutils.alloca_once_value(builder, values[0])
            _control(builder, "ldmxcsr", place)
        return context.get_dummy_value()

    return types.void(types.int32), codegen


def _control(builder: Any, name: str, place: Any) -> None:
    pointer_to_bytes = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [pointer_to_bytes])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.x86.sse.{name}")
    builder.call(function, [builder.bitcast(place, pointer_to_bytes)])

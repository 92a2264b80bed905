"""Which devices PyTorch finds here, and whether they can do what is asked of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch

from glassnet.engines.base import Placement, no_device
from glassnet.errors import EngineError

KINDS = ("cpu", "cuda", "mps")


def names() -> list[str]:
    """The devices of this machine: "cpu", "cuda:0" and so on, "mps"."""
    devices = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    return [*devices, "mps"] if torch.backends.mps.is_available() else devices


def check(placement: Placement, dtype: np.dtype[Any]) -> torch.device:
    """The device of `placement`, which can do what it asks.

    Raises `ArgumentError` if no device is ever called so; `EngineError` if it is not here, or cannot compute in
    `dtype`, in mixed precision, or compiled.
    """
    device = _device(placement.device)
    if dtype == np.float64 and device.type == "mps":
        raise EngineError("device 'mps' has no float64; use Network(..., dtype='float32'), or device='cpu'")
    if placement.mixed_precision:
        _check_mixed_precision(device, dtype)
    if placement.torch_compile:
        _check_compiler(device)
    return device


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        device = None
    if device is None or device.type not in KINDS:
        raise no_device(name)
    here = names()
    if str(device) not in here and f"{device}:0" not in here:
        built = "" if device.type != "cuda" or torch.version.cuda else "; this PyTorch was built without CUDA"
        raise EngineError(
            f"there is no device {str(device)!r} on this machine; there is {', '.join(here)}{built}"
        )
    return device


def _check_mixed_precision(device: torch.device, dtype: np.dtype[Any]) -> None:
    if dtype != np.float32:
        raise EngineError(
            f"mixed_precision computes in bfloat16 beside parameters in float32; this network is {dtype.name}. "
            "Use Network(..., dtype='float32')"
        )
    if not torch.amp.is_autocast_available(device.type) or (
        device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise EngineError(f"device {str(device)!r} cannot compute in bfloat16; leave mixed_precision out")


@cache
def _check_compiler(device: torch.device) -> None:
    try:
        torch.compile(lambda x: x.exp() + 1)(torch.zeros(2, device=device))
    except Exception as error:  # PyTorch has no one kind of error for a compiler that is missing
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EngineError(
            f"torch.compile does not work for device {str(device)!r} here ({reason}); leave torch_compile out"
        ) from error

"""Prediction of one row by a 64-32-10 network, called from Python, by glassnet and by its peers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.works import WORKS

CALLS = 20_000
WORK = WORKS["digits-full"]
Predict = Callable[[NDArray[Any]], Any]


def by_glassnet() -> Predict:
    """``net.compiled_predict()``."""
    from benchmarks.speed.peers.glassnet_compiled import Training

    training = Training(WORK)
    training.reset()
    return training.network.compiled_predict()


def by_onnxruntime() -> Predict:
    """The same network as an ONNX graph, one thread, as suits one row."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(_graph(), options, providers=["CPUExecutionProvider"])
    return lambda row: session.run(None, {"x": row})[0]


def _graph() -> bytes:
    """Gemm, Relu, Gemm, Softmax."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    n_features, n_outputs = WORK.widths[0], WORK.widths[-1]
    names = ("W1", "b1", "W2", "b2")
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["x", "W1", "b1"], ["z1"]),
            helper.make_node("Relu", ["z1"], ["a1"]),
            helper.make_node("Gemm", ["a1", "W2", "b2"], ["z2"]),
            helper.make_node("Softmax", ["z2"], ["a2"], axis=1),
        ],
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, n_features])],
        [helper.make_tensor_value_info("a2", TensorProto.FLOAT, [None, n_outputs])],
        [numpy_helper.from_array(a, name) for a, name in zip(WORK.first_parameters(), names, strict=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def by_pytorch() -> Predict:
    """An eager model in inference mode, from and to NumPy arrays."""
    import torch

    from benchmarks.speed.peers.pytorch_eager import Training

    training = Training(WORK)
    training.reset()
    model = torch.nn.Sequential(training.model, torch.nn.Softmax(dim=1)).eval()

    def predict(row: NDArray[Any]) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(row)).numpy()

    return predict


PREDICTORS: dict[str, Callable[[], Predict]] = {
    "glassnet": by_glassnet,
    "onnxruntime": by_onnxruntime,
    "torch": by_pytorch,
}


def prepare(package: str) -> Callable[[], dict[str, Any]]:
    """A function that predicts many rows, one call each, and tells the seconds of a call and the outputs."""
    predict = PREDICTORS[package]()
    x, _ = WORK.samples()
    rows = [x[k : k + 1].copy() for k in range(100)]

    def run() -> dict[str, Any]:
        began = time.perf_counter()
        for number in range(CALLS):
            predict(rows[number % 100])
        seconds = (time.perf_counter() - began) / CALLS
        return {"seconds": seconds, "outputs": np.concatenate([predict(row) for row in rows]).tolist()}

    return run

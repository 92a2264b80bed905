"""Ways in and out: model files (`files`, over `container` and `description`), and other libraries' networks.

`torch/`, `onnx/` and `sklearn` read a network as `pieces` and compare it with what they read (`comparison`).
"""

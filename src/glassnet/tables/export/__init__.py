"""Models of tables for everywhere else: ONNX with the preprocessing inside, and one Python file for NumPy."""

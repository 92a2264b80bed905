"""To ONNX files and back."""

"""The mathematics, each formula once and elementwise: forward beside backward.

The functions here take NumPy arrays, scalars inside a compiled loop, or PyTorch tensors: the engines
lift the same source by giving its elementary functions (:mod:`glassnet.formulas.elementary`) their meaning.
"""

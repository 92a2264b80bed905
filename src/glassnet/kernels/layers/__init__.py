"""Compiled bodies of the layers that compute themselves: a file for each kind, named like the kind.

The file ``scale.py`` holds ``scale`` and ``scale_backward``, and ``scale_inference`` where prediction differs; the
NumPy bodies stand in :mod:`glassnet.layers`. They are called by address. ``FORMULAS`` says which formulas of
:mod:`glassnet.formulas` open names in the bodies stand for, where there are any.

All take the address of the row's record, then pointers to contiguous arrays of one dtype: x ``(n, n_inputs)``, a and
error ``(n, n_outputs)``, d_x like x; the layer's parameters, one behind the other, and their gradients in the same
order; its running statistics; and what forward keeps for backward, each behind room for `size` samples of those before.
Sums are taken in float64. A layer that turns the error into dX in place is given one array as both, and writes to the
error, which compiles to faster code.
"""

"""The traversals that carry formulas over arrays: the only functions with two bodies.

``arrays`` holds the NumPy bodies, ``compiled`` the fused loops, under the same names. :mod:`glassnet.engines.loop`
is written in these names.
"""

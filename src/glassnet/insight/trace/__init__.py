"""The trace of one training step: `record` carries it out on copies, `writing/` puts it into formulas with numbers.

`trace` is what a user calls, `forward` the way up alone, `replay` any step of a training, which `rerun` goes through
again; `arithmetic` writes and computes from one source.
"""

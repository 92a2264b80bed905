"""Where compiled code is entered: one job in, arrays out of its addresses, then the loop.

The address of a job (a record of ``kernels.records.JOB``) is the only argument, so that entering costs well under a
microsecond. NUMBER stands for the dtype of the arrays, TRAIN and FORWARD for the compiled loop.
"""

# mypy: disallow-untyped-defs = False, allow-untyped-calls = True
from __future__ import annotations

from typing import Any

from numba import carray, types

from glassnet.engines.loop import Data, Dropped, Parameters, Room, Update
from glassnet.kernels.calls import JOB_TYPE, ROW_TYPE, at_address, flush_to_zero, restore

NUMBER: Any = None
TRAIN: Any = None
FORWARD: Any = None

INTEGER, DOUBLE, BYTE = types.int64, types.float64, types.uint8


def train(address):
    """Take the steps of the job; returns how many gave a finite loss."""
    job = carray(at_address(address, JOB_TYPE), (1,))[0]
    x_shape, batch_shape = (job.n_samples, job.n_features), (job.size, job.n_features)
    state = flush_to_zero()
    done = TRAIN(
        carray(at_address(job.rows, ROW_TYPE), (job.n_rows,)),
        job,
        Parameters(
            carray(at_address(job.parameters, NUMBER), (job.n_parameters,)),
            carray(at_address(job.gradients, NUMBER), (job.n_parameters,)),
            carray(at_address(job.running, NUMBER), (job.n_running,)),
        ),
        Room(
            carray(at_address(job.memory, NUMBER), (job.n_memory,)),
            job.size,
            job.n_mask_columns,
            carray(at_address(job.batch_x, NUMBER), batch_shape),
            carray(at_address(job.batch_y, NUMBER), (job.size, job.n_batch_targets)),
            carray(at_address(job.batch_weights, NUMBER), (job.size, 1)),
        ),
        Data(
            carray(at_address(job.x, NUMBER), x_shape),
            carray(at_address(job.y, NUMBER), (job.n_samples, job.n_targets)),
            carray(at_address(job.weights, NUMBER), (job.n_samples, 1)),
            carray(at_address(job.order, INTEGER), (job.n_order,)),
            carray(at_address(job.starts, INTEGER), (job.n_steps,)),
            carray(at_address(job.stops, INTEGER), (job.n_steps,)),
            carray(at_address(job.masks, BYTE), (job.n_masks,)),
            carray(at_address(job.drop_rates, DOUBLE), (job.n_steps, job.n_dropouts)),
        ),
        Update(
            job.rule,
            carray(at_address(job.states, NUMBER), (job.n_states,)),
            carray(at_address(job.coefficients, NUMBER), (job.n_steps, job.n_coefficients)),
            job.factors,
            job.clip_norm,
            job.clip_value,
        ),
        carray(at_address(job.losses, DOUBLE), (job.n_steps,)),
    )
    restore(state)
    return done


def predict(address):
    """Carry the samples x of the job through the rows, `size` at a time, and write the last outputs to y."""
    job = carray(at_address(address, JOB_TYPE), (1,))[0]
    rows = carray(at_address(job.rows, ROW_TYPE), (job.n_rows,))
    parameters = carray(at_address(job.parameters, NUMBER), (job.n_parameters,))
    running = carray(at_address(job.running, NUMBER), (job.n_running,))
    memory = carray(at_address(job.memory, NUMBER), (job.n_memory,))
    nothing = Dropped(
        carray(at_address(job.masks, BYTE), (job.n_masks,)),
        0,
        carray(at_address(job.drop_rates, DOUBLE), (job.n_dropouts,)),
    )
    last = rows[job.n_rows - 1]
    width = last.n_outputs
    outputs = carray(at_address(job.y, NUMBER), (job.n_samples * width,))
    for start in range(0, job.n_samples, job.size):
        n = min(job.size, job.n_samples - start)
        x = carray(at_address(job.x + start * job.n_features * outputs.itemsize, NUMBER), (n, job.n_features))
        FORWARD(rows, parameters, running, memory, job.size, x, nothing, False)
        for k in range(n * width):
            outputs[start * width + k] = memory[last.a * job.size + k]
    return job.n_samples

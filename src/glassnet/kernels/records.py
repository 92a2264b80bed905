"""What compiled code is given beside arrays: records of numbers and of addresses."""

from __future__ import annotations

import numpy as np

# Numbers of a row of the plan. Beside them a record holds its kind (1, 2, ... of plan.OF_LOOP; 0 where `own` says that
# the functions are the layer's own), how many parameters such a layer has, and addresses: of the row's kernels, of the
# numbers that its formula or its functions take, and of the record itself.
ROW_FIELDS = (
    "n_inputs", "n_outputs", "source", "z", "a", "error", "source_error", "kept",
    "weights", "bias", "statistics", "mask", "dropout", "momentum", "epsilon", "l1", "l2",
    "bias_l1", "bias_l2",
)  # fmt: skip
REALS = ("momentum", "epsilon", "l1", "l2", "bias_l1", "bias_l2")
ROW = np.dtype(
    [
        (name, np.float64 if name in REALS else np.int64)
        for name in (
            "kind",
            "own",
            "n_own",
            *ROW_FIELDS,
            "activate",
            "gate",
            "forward",
            "infer",
            "backward",
            "parameters",
            "integers",
            "address",
        )
    ]
)
JOB = np.dtype(
    [(name, np.int64) for name in (
        "rows", "n_rows", "parameters", "n_parameters", "gradients", "states", "n_states", "running", "n_running",
        "memory", "n_memory", "size", "x", "n_samples", "n_features", "y", "n_targets", "weights", "order", "n_order",
        "starts", "stops", "n_steps", "masks", "n_masks", "n_mask_columns", "drop_rates", "n_dropouts", "coefficients",
        "n_coefficients", "losses", "factors",
        "batch_x", "batch_y", "n_batch_targets", "batch_weights", "rule", "compare",
        "compare_parameters", "takes_classes",
    )]
    + [(name, np.float64) for name in ("clip_norm", "clip_value", "label_smoothing", "share_of_each")]
)  # fmt: skip

"""Every slip that check_backward knows: what is wrong, and the line as it should be.

The order is that of likelihood where several slips give the same numbers. Names in braces come from
:class:`~glassnet.checking.network.terms.Terms`.
"""

from __future__ import annotations

from typing import NamedTuple

from glassnet.checking.network.slips.places import Places


class Words(NamedTuple):
    """The words of one slip."""

    message: str
    fix: str


_DZ = "dZ{l} = {dZ}"
_DW = "dW{l} = {dW}"
_DB = "db{l} = {db}"
_DX = "dA{below} = {dX}"

CATALOGUE: dict[str, Words] = {
    # ---- what is plainly there: zeros
    "weight_gradient_missing": Words(
        "The gradient of the weights at {at} is zero, or that of the penalty alone.", _DW),
    "bias_gradient_missing": Words("The gradient of the bias at {at} is zero.", _DB),
    # ---- activations
    "activation_derivative_missing": Words("The error passes {f} of {at} without its derivative.", _DZ),
    "relu_gate_dropped": Words(
        "The error passes {f} of {at} ungated, also where the unit was off. "
        "A gate written as A >= 0 is always open.", _DZ),
    "leaky_slope_forgotten": Words(
        "Below zero the derivative of {f} at {at} is taken as 0; it is the slope of that side.", _DZ),
    "derivative_at_preactivation": Words(
        "The derivative of {f} at {at} is written in the output A, but is given the pre-activation Z.", _DZ),
    "derivative_at_activation": Words(
        "The derivative of {f} at {at} is written in the pre-activation Z, but is given the output A.", _DZ),
    "relu_gate_from_upstream": Words(
        "The gate of {f} at {at} asks whether the error that arrives is positive; it must ask Z{l}.", _DZ),
    "relu_gate_from_input": Words(
        "The gate of {f} at {at} asks the layer's input; it must ask its own pre-activation Z{l}.", _DZ),
    "relu_gate_at_zero": Words(
        "The gate of {f} at {at} is open where Z is exactly 0 (>= for >). At the kink this library and PyTorch "
        "take the derivative of the left side.", _DZ),
    "relu_gate_inverted": Words(
        "The gate of {f} at {at} is open where the unit was off, and closed where it was on.", _DZ),
    "activation_derivative_doubled": Words("The derivative of {f} at {at} is applied twice.", _DZ),
    "bias_gradient_averaged": Words(
        "The gradient of the bias at {at} is a mean over the samples; dZ has its 1/m already.", _DB),
    # ---- output
    "error_sign_flipped": Words(
        "The error at {at} has the wrong sign, and so has every gradient from there down{sign}.", _DZ),
    "output_derivative_doubled": Words(
        "The derivative of {f} at the output is applied once too often{cancelled}.", _DZ),
    "output_derivative_missing": Words(
        "The error at the output is the gradient of {loss} alone; the derivative of {f} is missing.", _DZ),
    "softmax_without_jacobian": Words(
        "The derivative of softmax at {at} is taken as A (1 - A). That is only the diagonal of its Jacobian: "
        "every output depends on every pre-activation of its sample.", _DZ),
    "softmax_over_samples": Words(
        "Softmax is taken over the samples; it must sum to 1 over the classes of each sample.",
        "{p} = np.exp(Z{l} - Z{l}.max(axis={features_axis}, keepdims=True)); "
        "{p} /= {p}.sum(axis={features_axis}, keepdims=True)"),
    "softmax_over_batch": Words(
        "Softmax is taken over the whole batch; it must sum to 1 over the classes of each sample.",
        "{p} = np.exp(Z{l} - Z{l}.max(axis={features_axis}, keepdims=True)); "
        "{p} /= {p}.sum(axis={features_axis}, keepdims=True)"),
    "batch_mean_missing": Words(
        "1/m is missing at {at}: {scope} of the sum over the {m} samples, not of their mean.", "{mean_line}"),
    "batch_mean_twice": Words(
        "1/m is applied twice at {at}: {scope} divided by the {m} samples once too often.", "{mean_line}"),
    "square_factor_twice": Words("The factor 2 of the square's derivative is applied twice.", _DZ),
    "batch_mean_wrong_axis": Words(
        "The mean at {at} divides by {variant}, not by the {m} samples: m is the other entry of the shape.",
        "m = X.shape[{axis}]"),
    "derivative_formula_wrong": Words(
        "The derivative of {f} at {at} is taken as {variant}; with its output A it is {slope}.", _DZ),
    "derivative_at_wrong_layer": Words(
        "The derivative of {f} at {at} is taken at another array ({variant}); it belongs to Z{l}.", _DZ),
    "derivative_of_another_activation": Words(
        "At {at} the derivative of another activation is used ({variant}); the layer has {f}.", _DZ),
    "gradient_of_another_loss": Words(
        "The error at the output is that of another loss ({variant}); the loss is {loss}.", _DZ),
    "label_smoothing_missing": Words(
        "The error at the output compares with targets that are not smoothed; {loss} smooths them.", _DZ),
    "pos_weight_missing": Words(
        "The error at the output weighs targets 1 no more than targets 0; the pos_weight of {loss} is missing.", _DZ),
    "second_term_sign_flipped": Words(
        "The second term of {loss} has the wrong sign in the error at the output: (1 - Y) / (1 - {p}) is added to "
        "-Y / {p}.", _DZ),
    "second_term_missing": Words(
        "The second term of {loss} is missing in the error at the output: (1 - Y) / (1 - {p}) is added to -Y / {p}.",
        _DZ),
    "clipped_logarithm": Words(
        "The gradient divides by the probability plus {variant}, so it is not that of {loss}.", _DZ),
    # ---- carrying back
    "transposed_carry": Words(
        "The error is carried back from {at} through W, not through its transpose.", _DX),
    "weights_updated_first": Words(
        "The weights of {at} were updated before they carried the error back{variant}.",
        _DX + "  # before W{l} changes"),
    "carry_without_derivative": Words(
        "From {at} dA is carried back; it must be dZ, behind the derivative of {f}.", _DX),
    "carry_without_weights": Words(
        "The error is carried back from {at} without its weights.", _DX),
    "carry_through_wrong_weights": Words(
        "The error is carried back from {at} through the weights of another layer ({variant}).", _DX),
    # ---- weights and biases
    "gradient_without_derivative": Words(
        "The gradient{s} {arrays} of {at} {are} computed from dA; it must be from dZ, behind the derivative of {f}.",
        "{array_line}"),
    "weights_for_inputs": Words(
        "The gradient of the weights at {at} uses the weights themselves; what the layer reads, {x}, belongs there.",
        _DW),
    "bias_gradient_wrong_axis": Words(
        "The gradient of the bias at {at} is summed over the wrong axis.", _DB),
    "bias_gradient_last_sample": Words(
        "The gradient of the bias at {at} is that of the last sample alone: assigned in a loop, not added up.", _DB),
    "bias_gradient_not_summed": Words(
        "The gradient of the bias at {at} is dZ itself; it must be summed over the samples.", _DB),
    "transposed_weight_gradient": Words(
        "The gradient of the weights at {at} is transposed.", _DW),
    "weight_gradient_last_sample": Words(
        "The gradient of the weights at {at} is that of the last sample alone: assigned in a loop, not added up.",
        _DW),
    "weight_gradient_from_preactivation": Words(
        "The gradient of the weights at {at} uses the pre-activation below, {z_below}; the layer reads {x}.", _DW),
    "weight_gradient_from_undropped": Words(
        "The gradient of the weights at {at} uses its input from before dropout.",
        _DW + "  # {x} with its dropout mask"),
    "weight_gradient_from_wrong_layer": Words(
        "The gradient of the weights at {at} uses the input of another layer ({variant}); the layer reads {x}.", _DW),
    "gradient_sign_flipped": Words("The gradient{s} {arrays} of {at} {has} the wrong sign.", "{array_line}"),
    "gradients_accumulate": Words(
        "The gradient{s} {arrays} of {at} {are} added to what the pass before left there, growing from call to call.",
        "{array_line}  # = in the place of +=, or set to zeros before each batch"),
    "l2_forgotten": Words("The gradient of the l2 {penalty} is missing at {at}.", "{l2_line}"),
    "l2_doubled": Words(
        "The gradient of the l2 {penalty} is doubled at {at}: the penalty is l2/2 times the sum of squares.",
        "{l2_line}"),
    "l2_halved": Words("The gradient of the l2 {penalty} is halved at {at}.", "{l2_line}"),
    "l2_averaged": Words(
        "The gradient of the l2 {penalty} is divided by the {m} samples at {at}.", "{l2_line}"),
    "l2_sign_flipped": Words(
        "The gradient of the l2 {penalty} is subtracted at {at}; it must be added.", "{l2_line}"),
    "l2_on_biases": Words("The l2 penalty is applied to the bias at {at}; it is on weights alone.", _DB),
    "l1_forgotten": Words("The gradient of the l1 {penalty} is missing at {at}.", "{l1_line}"),
    "l1_sign_missing": Words(
        "The gradient of the l1 {penalty} at {at} lacks the sign.", "{l1_line}"),
    "l1_averaged": Words(
        "The gradient of the l1 {penalty} is divided by the {m} samples at {at}.", "{l1_line}"),
    "l1_on_biases": Words("The l1 penalty is applied to the bias at {at}; it is on weights alone.", _DB),
    # ---- dropout
    "dropout_mask_missing": Words(
        "The error passes the dropout of {at} without its mask, also where inputs were dropped.",
        "dX = dA * mask / (1 - {rate})"),
    "dropout_scale_missing": Words(
        "The error behind the dropout of {at} is not divided by 1 - rate, as the outputs were.",
        "dX = dA * mask / (1 - {rate})"),
    "dropout_scale_twice": Words(
        "The error behind the dropout of {at} is divided by 1 - rate twice.", "dX = dA * mask / (1 - {rate})"),
    "dropout_scale_inverted": Words(
        "The error behind the dropout of {at} is multiplied by 1 - rate; it must be divided.",
        "dX = dA * mask / (1 - {rate})"),
    "dropout_unscaled": Words(
        "The dropout of {at} does not divide by 1 - rate in training.", "A = X * mask / (1 - {rate})"),
    "dropout_not_applied": Words(
        "The dropout of {at} drops nothing, neither forward nor backward.", "A = X * mask / (1 - {rate})"),
    # ---- normalisation
    **{
        f"{kind}_norm_{code}": Words(message.format(kind=kind, over=over, at="{at}"), fix.format(axis=axis))
        for kind, over, axis in (("batch", "batch", "{axis}"), ("layer", "sample", "{features_axis}"))
        for code, message, fix in (
            ("mean_path_missing", "The error behind the {kind} norm of {at} lacks the path through the mean.",
             "dX = inverse * (g - g.mean({axis}) - s * (g * s).mean({axis}))  # g = dA * w, s standardised"),
            ("variance_path_missing", "The error behind the {kind} norm of {at} lacks the path through the variance.",
             "dX = inverse * (g - g.mean({axis}) - s * (g * s).mean({axis}))  # g = dA * w, s standardised"),
            ("statistics_constant", "The {kind} norm of {at} treats mean and variance as constants; both depend on X.",
             "dX = inverse * (g - g.mean({axis}) - s * (g * s).mean({axis}))  # g = dA * w, s standardised"),
            ("weights_missing", "The error behind the {kind} norm of {at} is not multiplied by the norm's weights.",
             "g = dA * w  # before it goes through the standardisation"),
            ("variance_unbiased", "The {kind} norm of {at} divides the variance by n - 1; in training it divides by n.",
             "variance = ((X - mean)**2).mean({axis})"),
        )
    },
    "batch_norm_over_features": Words(
        "The batch norm of {at} takes mean and variance over the features of a sample, as a layer norm does.",
        "mean, variance = X.mean({axis}), X.var({axis})"),
    "batch_norm_running_statistics": Words(
        "The batch norm of {at} uses its running statistics in training; they are for prediction.",
        "mean, variance = X.mean({axis}), X.var({axis})"),
    "layer_norm_over_samples": Words(
        "The layer norm of {at} takes mean and variance over the batch, as a batch norm does.",
        "mean, variance = X.mean({features_axis}), X.var({features_axis})"),
    "norm_weights_gradient_at_input": Words(
        "The gradient of the norm's weights at {at} uses its input; it must use the standardised input.",
        "dw = (dA * s).sum({axis})"),
    "norm_weights_gradient_at_output": Words(
        "The gradient of the norm's weights at {at} uses its output; it must use the standardised input.",
        "dw = (dA * s).sum({axis})"),
    "rms_norm_statistics_constant": Words(
        "The norm of root mean squares of {at} treats the mean square as a constant; it depends on X.",
        "dX = inverse * (g - s * (g * s).mean({features_axis}))  # g = dA * w, s = X * inverse"),
    "rms_norm_weights_missing": Words(
        "The error behind the norm of root mean squares of {at} is not multiplied by the norm's weights.",
        "g = dA * w  # before it goes through the norm"),
    "rms_norm_over_samples": Words(
        "The norm of root mean squares of {at} takes the mean square over the batch.",
        "mean_square = (X**2).mean({features_axis})"),
    "rms_norm_centred": Words(
        "The norm of root mean squares of {at} subtracts the mean, as a layer norm does.",
        "mean_square = (X**2).mean({features_axis})"),
    # ---- factors, learned slopes, embeddings
    "factor_gradient_missing": Words("The gradient of {learned} at {at} is zero.", "{learned_line}"),
    "factor_gradient_without_input": Words(
        "The gradient of {learned} at {at} is the sum of the error alone; each error counts times what the weight is "
        "multiplied by.", "{learned_line}"),
    "factor_gradient_at_output": Words(
        "The gradient of {learned} at {at} uses the layer's output; it must use what the weight is multiplied by.",
        "{learned_line}"),
    "factor_gradient_not_summed": Words(
        "The gradient of {learned} at {at} is not summed {variant}.", "{learned_line}"),
    "factor_gradient_last_sample": Words(
        "The gradient of {learned} at {at} is that of the last sample alone: assigned in a loop, not added up.",
        "{learned_line}"),
    "factor_gradient_wrong_axis": Words(
        "The gradient of {learned} at {at} is summed over the wrong axis.", "{learned_line}"),
    "prelu_gradient_of_all_inputs": Words(
        "The gradient of the slopes at {at} counts inputs above 0 too, where the slope has no part in the output.",
        "{learned_line}"),
    "prelu_slope_missing": Words(
        "The error passes the learned slope of {at} as it is, also below 0, where the slope multiplies it.",
        "dX = dA * np.where(X > 0, 1, w)"),
    "prelu_closed_below_zero": Words(
        "The error is stopped below 0 at {at}, as by ReLU; there the learned slope multiplies it.",
        "dX = dA * np.where(X > 0, 1, w)"),
    "prelu_sides_exchanged": Words(
        "The learned slope of {at} multiplies the error above 0; it belongs below.",
        "dX = dA * np.where(X > 0, 1, w)"),
    "scale_carry_missing": Words(
        "The error passes the factors of {at} without being multiplied by them.", "dX = dA * w"),
    "layer_not_carried_through": Words(
        "The error passes the layer {variant} of {at} as it is, without the way back through it.",
        "dX = that layer's backward pass of dA"),
    "embedding_assigned": Words(
        "The gradient of a vector at {at} is that of its last sample alone: dw[integers] = or += keeps one of several "
        "that take the same row.", "{learned_line}"),
    "embedding_averaged": Words(
        "The gradient of a vector at {at} is a mean over the samples that take it; dA has its 1/m already.",
        "{learned_line}"),
    # ---- residual layers
    **{
        f"residual_{code}": Words(
            f"The error at the input of the residual layer at {{at}} {does}.",
            "dX = dX_inside + dA  # dA: the error at the sum")
        for code, does in (
            ("skip_missing", "lacks what goes past the layers inside"),
            ("skip_doubled", "has what goes past the layers inside twice"),
            ("skip_sign_flipped", "subtracts what goes past the layers inside"),
            ("inside_missing", "lacks what comes through the layers inside"),
        )
    },
    "residual_not_added": Words(
        "The residual layer at {at} adds its input neither forward nor backward.", "A = X + F  # F: what they give"),
    "gelu_approximated": Words(
        "GELU at {at} is the approximation with tanh; the network's is exact, z Phi(z).",
        "A{l} = Z{l} * normal_distribution_function(Z{l})"),
}  # fmt: skip

_RANK = {code: rank for rank, code in enumerate(CATALOGUE)}


def rank(places: Places) -> int:
    """How unlikely these slips are, beside others that give the same numbers."""
    return sum(_RANK[code] for code in {place.code for place in places})


def codes(places: Places) -> str:
    """The codes, each once, joined by "and"."""
    return " and ".join(dict.fromkeys(place.code for place in places))

"""What check_optimizer says of each slip."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sign_flipped": ("The step goes up the gradient, not down.", "w -= learning_rate * ..."),
    "learning_rate_missing": ("The step is not multiplied by the learning rate.", "w -= learning_rate * ..."),
    "learning_rate_twice": ("The step is multiplied by the learning rate twice.", "w -= learning_rate * ..."),
    "rate_as_momentum": (
        "The learning rate stands where the momentum belongs.", "v = momentum * v + g"),
    "constant_factor": ("Every step is {factor:.6g} times the right one.", "w -= learning_rate * ..."),
    "other_setting": (
        "The steps are those of {is_now}; without it said, {like} has {should_be}.",
        "{should_be}, or tell the check: check_optimizer(..., {keywords})"),
    "other_rule": ("The steps are those of {other}.", "the rule of {like}"),
    "parameters_left_out": ("{left} never changes, whatever its gradient.", "update {left} like the others"),
    "decay_missing": ("The weight decay is missing.", "g = g + weight_decay * w"),
    "decay_sign_flipped": ("The weight decay has the wrong sign: weights grow.", "g = g + weight_decay * w"),
    "decay_doubled": ("The weight decay is twice what it should be.", "g = g + weight_decay * w"),
    "look_ahead_missing": (
        "The step is that of plain momentum; Nesterov's looks ahead.", "w -= learning_rate * (g + momentum * v)"),
    "state_not_kept": ("What the rule carries from step to step begins at 0 in every step.", "keep it: self.v = ..."),
    "old_state_used": (
        "The step uses what was carried along before the new gradient is added to it.", "v = ... first, then w -= ..."),
    "momentum_missing": (
        "The step uses the gradient itself, not its mean m.", "w -= learning_rate * m' / (np.sqrt(v') + epsilon)"),
    "root_missing": ("The step is divided by the mean square, not by its root.", "... / (np.sqrt(v) + epsilon)"),
    "square_missing": ("The second mean is that of the gradient's size, not of its square.", "v = ... * g**2"),
    "square_missing_with_sign": ("The second mean is that of the gradient, not of its square.", "v = ... * g**2"),
    "epsilon_inside_root": ("Epsilon stands under the root.", "... / (np.sqrt(v) + epsilon)"),
    "epsilon_outside": (
        "Epsilon is added to the parameters: brackets are missing.", "... / (np.sqrt(v) + epsilon)"),
    "epsilon_missing": ("Epsilon is missing: a gradient of 0 becomes 0 / 0.", "... / (np.sqrt(v) + epsilon)"),
    "one_minus_missing_of_m": ("The gradient is added whole to m.", "m = beta1 * m + (1 - beta1) * g"),
    "one_minus_missing_of_v": ("The squared gradient is added whole.", "v = beta2 * v + (1 - beta2) * g**2"),
    "sum_not_mean": (
        "The squares are added up, as AdaGrad does; here the old ones fade.", "v = beta2 * v + (1 - beta2) * g**2"),
    "shares_swapped": ("Old mean and new gradient have each other's share.", "m = beta * m + (1 - beta) * g"),
    "bias_correction_missing": (
        "The means are not corrected for their start at 0.", "m / (1 - beta1**t), v / (1 - beta2**t)"),
    "bias_correction_of_m_missing": ("m is not corrected for its start at 0.", "m / (1 - beta1**t)"),
    "bias_correction_of_v_missing": ("v is not corrected for its start at 0.", "v / (1 - beta2**t)"),
    "step_not_counted": ("The correction takes every step for the first.", "t += 1 in every step"),
    "step_counted_from_0": ("Steps are counted from 0, where the correction divides by 0.", "t = 1 in the first step"),
    "step_counted_from_2": ("Steps are counted from 2.", "t = 1 in the first step"),
    "betas_swapped": ("beta1 and beta2 are swapped.", "m = beta1 * m + ..., v = beta2 * v + ..."),
    "beta1_for_both": ("beta1 is used for v too.", "v = beta2 * v + (1 - beta2) * g**2"),
    "beta2_for_both": ("beta2 is used for m too.", "m = beta1 * m + (1 - beta1) * g"),
    "decay_coupled": (
        "The decay is added to the gradient, as in Adam with weight decay; AdamW takes it from the weights.",
        "w -= learning_rate * weight_decay * w"),
    "decay_decoupled": (
        "The decay is taken from the weights, as AdamW does; Adam adds it to the gradient.",
        "g = g + weight_decay * w"),
    "decay_without_rate": (
        "The decay is not multiplied by the learning rate.", "w -= learning_rate * weight_decay * w"),
    "centering_missing": (
        "The step is divided by the root of the mean square; the mean is not taken from it.",
        "... / (np.sqrt(s - m**2) + epsilon)"),
    "mean_not_squared": (
        "The mean is taken from the mean square as it is, not squared.", "... / (np.sqrt(s - m**2) + epsilon)"),
    "steps_of_gradient": (
        "The mean of squared steps is that of squared gradients.", "d = rho * d + (1 - rho) * step**2"),
    "numerator_missing": (
        "The step is not multiplied by the root of the mean of squared steps.",
        "step = np.sqrt(d + epsilon) / np.sqrt(s + epsilon) * g"),
    "maximum_missing": (
        "The step is divided by a mean, where {like} takes the largest so far.", "u = np.maximum(...)"),
    "maximum_corrected": (
        "The maximum is corrected for a start at 0, which it does not need.", "u  # as it is, and m / (1 - beta1**t)"),
    "sign_missing": ("The step is the mean itself, not its sign.", "np.sign(beta1 * m + (1 - beta1) * g)"),
    "state_updated_first": (
        "m has the new gradient in it already when the step is made of it.", "step first, then m = beta2 * m + ..."),
}  # fmt: skip
# What a convention is called where it is no slip.
NOTES = {
    "gradient_damped": "v is a moving mean, momentum * v + (1 - momentum) * g, as some courses write it: the path of "
    "torch's rule at a learning rate {share:.6g} times as large",
    "epsilon_inside_root": "epsilon stands under the root, as some texts have it; torch adds it behind the root",
    "epsilon_in_sum": "epsilon is added to the sum of squares in every step; torch adds it to the root",
    "epsilon_behind_root": "epsilon is added behind the roots, as some texts have it; torch adds it under them",
    "maximum_of_corrected": "the largest of the corrected means is kept; torch keeps that of the means as they are",
    "constant_momentum": "the momentum stays beta1, as in the short form of texts; torch lets it grow with the steps",
    "epsilon_behind_maximum": "epsilon is added to the maximum; torch adds it to the gradient's size",
    "decay_after_step": "the decay is taken from the weights after the step; torch takes it before",
    "epsilon_before_correction": "Epsilon is added before the correction, as in the paper's shorter form.",
}

"""What the rules say, as data: texts with places for what was measured, filled here and by the page in a browser.

Every place is a name, perhaps with a format such as ``{share:.0%}``. A value may be a text that was filled before.
Numbers of layers are called ``layer``, ``next``, ``first`` and ``last``, and nothing else is.
"""

from __future__ import annotations

from typing import Any

WORDS: dict[str, str] = {
    "not_finite": (
        "{parameters} of {all} parameters are NaN or infinite, and so are the outputs for {samples} of {n} samples"
    ),
    "not_finite.remedy": "go back to parameters that are finite; scale inputs and targets, and take smaller steps",
    "constant_targets": "the targets of all {n} samples are the same, so there is nothing to tell apart",
    "constant_targets.remedy": "look whether a filter or a split has left one kind of sample only",
    "unscaled_inputs": "features are not of size 1: feature {feature} has root mean square {size:.3g}",
    "unscaled_inputs.uneven": "{before}, and {which} is {times:.0f} times that of the median feature",
    "unscaled_inputs.own": "its spread",
    "unscaled_inputs.other": "the spread of feature {feature}",
    "unscaled_inputs.remedy": (
        "standardise the inputs: gn.Standardizer().fit(X_train), the same one for all later data"
    ),
    "unscaled_inputs.made_up": "{before}; the weights and biases of layer 0 make up for that",
    "unscaled_inputs.made_up.remedy": "none for this network; another training needs standardised inputs again",
    "unscaled_targets": "targets are not of size 1: their root mean square is {size:.3g}",
    "unscaled_targets.began": "{before}, that of the outputs before training {output:.3g}",
    "unscaled_targets.one_sided": (
        "divide the targets by their mean, so that none falls below 0, and multiply predictions by it"
    ),
    "unscaled_targets.remedy": "standardise the targets, and scale predictions back",
    "unscaled_targets.made_up": "{before}; the weights and biases of layer {layer} make up for that",
    "unscaled_targets.made_up.remedy": "none for this network; another training needs standardised targets again",
    "leakage": (
        "{share:.1%} of the validation samples are training samples, too: of these, validation tells how well they "
        "are remembered, not how new ones are understood"
    ),
    "leakage.remedy": (
        "split before anything is repeated, drawn with replacement or augmented, and drop rows that occur twice"
    ),
    "imbalance": (
        "class {largest} has {most:.1%} of the samples, class {rarest} {least:.1%}: naming the frequent class is right "
        "{most:.1%} of the time, so accuracy says little; the least F1 of a class is {f1:.2f} on these samples"
    ),
    "imbalance.remedy": "collect more of the rare one, and judge by F1",
    "imbalance.weigh": (
        'weigh the classes alike (class_weight="balanced"), collect more of the rare one, and judge by F1'
    ),
    "missing_nonlinearity": (
        "no activation stands between dense layers {layer} and {next}: x W1 W2 is x W, so two layers can do no "
        "more than one{meant}"
    ),
    "missing_nonlinearity.meant": "; that W has rank {rank}, which may be what is meant",
    "missing_nonlinearity.remedy": 'give layer {layer} an activation, such as "relu" or "tanh"',
    "symmetric_weights.all": (
        "the {units} units of layer {layer} {verb} equal weights{zero}: equal units get equal gradients"
    ),
    "symmetric_weights.some": (
        "of the {units} units of layer {layer} {different} differ; every other one {verb} the weights of one of these: "
        "equal units get equal gradients"
    ),
    "symmetric_weights.zero": ", all of them 0",
    "symmetric_weights.remedy": (
        'draw the weights at random, such as with "glorot_uniform"; only biases may begin at 0'
    ),
    "scale_too_small": (
        "the first weights of layer {layer} are {times:.0f} times smaller (root mean square) than those of any common "
        "initialisation: before training its inputs spread by {into:.2g}, its outputs by {out:.2g}"
    ),
    "scale_too_large": (
        "the first weights of layer {layer} are {times:.1f} times larger (root mean square) than those of any common "
        "initialisation"
    ),
    "scale.remedy": 'begin with "{initializer}"',
    "dead_units": (
        "{dead} of {units} ReLU units in layer {layer} are zero for {samples}; no gradient passes through them"
    ),
    "dead_units.every": "every sample",
    "dead_units.looked_at": "each of the {n} samples looked at",
    "dead_units.from_the_start": "they were so before training: {wakes}, or use leaky_relu",
    "dead_units.slope": "use leaky_relu, which keeps a slope everywhere",
    "dead_units.mostly": "{some}: {wakes}, or use leaky_relu",
    "dead_units.some": "{dead} of them were so before training",
    "dead_units.others": "{dead} of them were so before training, the others died in it",
    "dead_units.died": "they died in training",
    "dead_units.no_steps": "{when}: use leaky_relu",
    "dead_units.smaller_steps": "{when}: use a smaller learning rate, or leaky_relu",
    "wakes.shift": "begin with a shift of 0 behind the normalisation",
    "wakes.biases": "begin with biases of 0",
    "wakes.random": 'draw the weights at random, such as with "he_normal"',
    "wakes.inputs": "standardise the inputs, so that what comes in has mean 0, with biases of 0",
    "wakes.normalised": "put BatchNorm before the activation, so that what comes in has mean 0, with biases of 0",
    "saturated_units": (
        "{share:.0%} of the outputs of layer {layer} lie where {activation} is flat {when}: its slope there is below "
        "{limit:.0%} of the largest"
    ),
    "bends.begin_shift": "begin with a scale of 1 and a shift of 0 behind the normalisation",
    "bends.shift": "smaller steps, l2, or ReLU, which does not saturate",
    "bends.begin_biases": "begin with biases of 0",
    "bends.biases": "bring the biases down: smaller steps, l2, or ReLU, which does not saturate",
    "bends.inputs": "scale the inputs",
    "bends.incoming": "scale what comes in, such as with BatchNorm before it",
    "bends.begin_weights": 'begin with smaller weights ("glorot_uniform")',
    "bends.weights": "bring the weights down: smaller steps, l2, or ReLU, which does not saturate",
    "bends.and_biases": "{smaller}, and biases of 0",
    "bends.both": "{scaling}, and {smaller}",
    "bends.activation": "use an activation that does not saturate, such as ReLU",
    "gradient": (
        "{when} the error {direction} by a factor of {factor:.3g} on its way back from layer {last} to layer "
        "{first}; the gradient of the weights of layer {last} is {gradient_last:.3g}, of layer {first} "
        "{gradient_first:.3g}"
    ),
    "gradient.bounded": 'use ReLU with "he_normal", fewer layers, or BatchNorm between them',
    "gradient.unbounded": (
        'use fewer layers, BatchNorm between them, or weights of the size that "he_normal" draws'
    ),
    "gradient.smaller": 'begin with smaller weights ("he_normal", "glorot_uniform")',
    "gradient.clip": (
        'begin with smaller weights ("he_normal", "glorot_uniform"), or clip the gradient (clip_norm=1.0)'
    ),
    "initial_loss_not_chance": "before training the loss is {loss:.4g}, and {guessing} costs {guess:.4g}{unlearned}",
    "initial_loss_not_chance.never": ", and in {epochs} epochs no loss fell below that",
    "initial_loss_not_chance.fell": "; epoch {epoch} fell below that",
    "nearer.scaled": "scale what reaches the last layer: inputs of size 1, first weights of a usual size",
    "nearer.biases": "begin with biases of 0 in the last layer",
    "nearer.weights": "begin with smaller weights in the last layer",
    "nearer.both": "begin with smaller weights, and biases of 0, in the last layer",
    "collapsed_representation": (
        "{what} are {how} in every hidden unit of layer {layer} and so cannot be told apart, though their targets "
        "differ"
    ),
    "collapsed_representation.several": "{count} of {n} samples",
    "collapsed_representation.zero": "all zero",
    "collapsed_representation.same": "the same to 6 digits",
    "collapsed_representation.flat": (
        "bring the pre-activations of layer {layer}, from {least:.3g} to {most:.3g}, where {activation} is flat, "
        "nearer to 0: begin with smaller weights and biases of 0, or use leaky_relu, which keeps a slope everywhere"
    ),
    "collapsed_representation.other": "begin with other weights (another seed) or more units",
    "collapsed_representation.slope": (
        "begin with other weights (another seed) or more units, and use leaky_relu or tanh, which keep a slope "
        "everywhere"
    ),
    "statistics_lag": (
        "with the statistics of the samples the score is {within:.2f} (1 is perfect, 0 that of the best constant), "
        "with the running statistics of BatchNorm, as in prediction, {running:.2f}"
    ),
    "statistics_lag.remedy": (
        "train for more steps, or use a larger momentum of BatchNorm, so that its running statistics follow"
    ),
    "overfitting": (
        "the network fits the samples it was trained on (loss {train:.4g}) much better than new ones (loss {unseen:.4g}"
        "{best})"
    ),
    "overfitting.best": ", {lowest:.4g} at its best",
    "overfitting.remedy": (
        "stop earlier (EarlyStopping), use fewer units, Dropout or l2, or train on more samples"
    ),
    "loss_at_chance": (
        "the loss is {loss:.4g}, and the best constant prediction costs {chance:.4g}: by its loss the network is "
        "{beside} a constant"
    ),
    "loss_at_chance.hardly": "hardly better than",
    "loss_at_chance.no": "no better than",
    "loss_at_chance.remedy": (
        "look at the other findings first; where there are none, the features may tell no more of the targets"
    ),
}


def said(key: str, **values: Any) -> str:
    """The text of this name with these values.

    Parameters
    ----------
    key : str
        A name of :data:`WORDS`.
    values : number or str
        One for each place of the text.

    Returns
    -------
    str
    """
    return WORDS[key].format(**values)

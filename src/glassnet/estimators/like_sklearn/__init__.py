"""``preset="sklearn"``: the arithmetic of scikit-learn's MLP where it is not that of this house.

Its penalty is divided by the rows of each batch, the last and smaller one, too; its Adam adds epsilon elsewhere; half
the squared error is learned; weights, biases and orders of batches come from one `RandomState`, one after the other.
The loss curve is then scikit-learn's, number for number, but for the order in which sums are taken.

Source: scikit-learn 1.9, ``sklearn/neural_network/_multilayer_perceptron.py`` and ``_stochastic_optimizers.py``.
"""

"""scikit-learn's classes over tables and ``fit``: `classifier`, `regressor`, `transformer`, each with its own parameters.

`parameters` are those that all have, and what each may be; `overrides` put them in the place of what a preset says
(`presets/`). `base` and `fit` carry out a call of fit with what is in `learning/`; `fitted` is what remains of it.
`like_sklearn/` is the MLP of scikit-learn, number for number.
"""

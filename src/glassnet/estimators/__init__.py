"""Estimators of tables: `classifier`, `regressor`, `transformer`, each with parameters of its own.

`parameters` are those that all have, and what each may be; `overrides` put them in the place of what a preset says
(`presets/`). `base` and `fit` carry out a call of fit with what is in `learning/`; `fitted` is what remains of it.
`like_sklearn/` is the MLP of scikit-learn, number for number.
"""

"""Estimators beside scikit-learn's MLP: its checks, and seconds."""

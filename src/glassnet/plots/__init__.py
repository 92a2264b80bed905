"""Pictures: each function draws on an Axes and returns it; nothing is saved by itself, and a notebook shows it once.

Save a picture with ``ax.figure.savefig("picture.png", dpi=200)``. Colours can be told apart by people who are
colour-blind, and curves by their line style as well.

``ax=`` says where to draw, by default on a new figure. Without matplotlib every function raises
:class:`~glassnet.errors.MissingDependencyError`.
"""

from glassnet.plots.animations import training_animation
from glassnet.plots.boundary import decision_boundary
from glassnet.plots.confusion import confusion_matrix
from glassnet.plots.curves import learning_curves
from glassnet.plots.diagram import network_diagram
from glassnet.plots.embeddings import embedding
from glassnet.plots.functions import activation, activations
from glassnet.plots.gradients import gradient_flow, gradients_over_time
from glassnet.plots.histograms import activation_histograms, gradient_histograms
from glassnet.plots.images import weight_images
from glassnet.plots.loss_curves import loss, losses
from glassnet.plots.probabilities import calibration, precision_recall_curves, roc_curves
from glassnet.plots.regression import predictions, residuals
from glassnet.plots.surface import loss_surface
from glassnet.plots.sweeps import sweep

__all__ = [
    "activation",
    "activation_histograms",
    "activations",
    "calibration",
    "confusion_matrix",
    "decision_boundary",
    "embedding",
    "gradient_flow",
    "gradient_histograms",
    "gradients_over_time",
    "learning_curves",
    "loss",
    "loss_surface",
    "losses",
    "network_diagram",
    "precision_recall_curves",
    "predictions",
    "residuals",
    "roc_curves",
    "sweep",
    "training_animation",
    "weight_images",
]


def __dir__() -> list[str]:
    return __all__

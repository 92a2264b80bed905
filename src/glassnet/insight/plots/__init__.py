"""Pictures: each function draws on an Axes and returns it; nothing is shown or saved by itself.

Save a picture with ``ax.figure.savefig("picture.png", dpi=200)``. Colours can be told apart by people who are
colour-blind, and curves by their line style as well.
"""

from glassnet.insight.plots.confusion import confusion_matrix
from glassnet.insight.plots.curves import learning_curves
from glassnet.insight.plots.sweeps import sweep

__all__ = ["confusion_matrix", "learning_curves", "sweep"]

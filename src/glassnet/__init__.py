"""glassnet: neural networks you can see through.

Importing it loads NumPy and nothing heavier; everything else is loaded where it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassnet import (
        activations,
        callbacks,
        datasets,
        errors,
        initializers,
        losses,
        metrics,
        optimizers,
        plots,
        recipes,
        schedules,
    )
    from glassnet.bridges.files import load
    from glassnet.bridges.onnx.reading import from_onnx
    from glassnet.bridges.sklearn import from_sklearn
    from glassnet.bridges.torch.modules import from_torch
    from glassnet.bridges.torch.source import to_torch_source
    from glassnet.callbacks import Callback
    from glassnet.checking import (
        check_activation,
        check_backward,
        check_derivative,
        check_layer,
        check_loss,
        check_optimizer,
    )
    from glassnet.checking.program import check
    from glassnet.datasets.preparation import Standardizer, one_hot, train_test_split
    from glassnet.insight.diagnosis import (
        Diagnosis,
        DiagnosisReport,
        DiagnosisWarning,
        Finding,
        adapt,
    )
    from glassnet.insight.diagnosis.diagnose import diagnose
    from glassnet.insight.recording import Recorder
    from glassnet.insight.report.report import ReportPage, report
    from glassnet.insight.trace.replay import Replay, replay
    from glassnet.insight.trace.setup import TrainingSetup
    from glassnet.insight.trace.trace import Trace, trace
    from glassnet.layers import (
        Activation,
        BatchNorm,
        Dense,
        Dropout,
        Embedding,
        Flatten,
        LayerNorm,
        PReLU,
        Residual,
        RMSNorm,
        Scale,
    )
    from glassnet.network.history import History
    from glassnet.network.network import Network
    from glassnet.optimizers import SGD, AdaDelta, AdaGrad, Adam, Adamax, AdamW, Lion, NAdam, RMSProp
    from glassnet.sweeps import SweepResult, sweep

__version__ = "0.1.0"

_ROOMS = (
    "activations", "callbacks", "datasets", "errors", "initializers", "losses", "metrics", "optimizers", "plots",
    "recipes", "schedules",
)  # fmt: skip
_NAMES = {
    "glassnet.datasets.preparation": ("Standardizer", "one_hot", "train_test_split"),
    "glassnet.checking": (
        "check_activation",
        "check_backward",
        "check_derivative",
        "check_layer",
        "check_loss",
        "check_optimizer",
    ),
    "glassnet.checking.program": ("check",),
    "glassnet.insight.recording": ("Recorder",),
    "glassnet.insight.diagnosis": (
        "Diagnosis",
        "DiagnosisReport",
        "DiagnosisWarning",
        "Finding",
        "adapt",
        "diagnose",
    ),
    "glassnet.insight.trace.setup": ("TrainingSetup",),
    "glassnet.insight.trace.replay": ("Replay", "replay"),
    "glassnet.insight.report.report": ("ReportPage", "report"),
    "glassnet.insight.trace.trace": ("Trace", "trace"),
    "glassnet.bridges.files": ("load",),
    "glassnet.bridges.onnx.reading": ("from_onnx",),
    "glassnet.bridges.sklearn": ("from_sklearn",),
    "glassnet.bridges.torch.modules": ("from_torch",),
    "glassnet.bridges.torch.source": ("to_torch_source",),
    "glassnet.layers": (
        "Activation",
        "BatchNorm",
        "Dense",
        "Dropout",
        "Embedding",
        "Flatten",
        "LayerNorm",
        "PReLU",
        "RMSNorm",
        "Residual",
        "Scale",
    ),
    "glassnet.network.network": ("Network",),
    "glassnet.optimizers": (
        "SGD",
        "AdaDelta",
        "AdaGrad",
        "Adam",
        "AdamW",
        "Adamax",
        "Lion",
        "NAdam",
        "RMSProp",
    ),
    "glassnet.callbacks": ("Callback",),
    "glassnet.network.history": ("History",),
    "glassnet.sweeps": ("SweepResult", "sweep"),
}
_MODULE_OF = {room: (f"glassnet.{room}", "") for room in _ROOMS}
_MODULE_OF |= {name: (module, name) for module, names in _NAMES.items() for name in names}

__all__ = [
    "SGD", "Activation", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "BatchNorm", "Callback", "Dense",
    "Diagnosis", "DiagnosisReport", "DiagnosisWarning", "Dropout", "Embedding", "Finding", "Flatten", "History",
    "LayerNorm", "Lion", "NAdam", "Network", "PReLU", "RMSNorm", "RMSProp", "Recorder", "Replay", "ReportPage",
    "Residual", "Scale", "Standardizer", "SweepResult", "Trace", "TrainingSetup", "activations", "adapt", "callbacks",
    "check", "check_activation", "check_backward", "check_derivative", "check_layer", "check_loss", "check_optimizer",
    "datasets", "diagnose", "errors", "from_onnx", "from_sklearn", "from_torch", "initializers", "load", "losses",
    "metrics", "one_hot", "optimizers", "plots", "recipes", "replay", "report", "schedules", "sweep",
    "to_torch_source", "trace", "train_test_split",
]  # fmt: skip


if not TYPE_CHECKING:  # a type checker knows every name from above, and that no other exists

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'glassnet' has no attribute {name!r}{_near(name)}")
        module, attribute = _MODULE_OF[name]
        found = import_module(module)
        globals()[name] = getattr(found, attribute) if attribute else found
        return globals()[name]


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, __all__, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def __dir__() -> list[str]:
    return sorted(__all__)

"""glassnet: neural networks you can see through.

Importing it loads NumPy and nothing heavier; everything else is loaded where it is first used.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassnet import (
        activations as activations,
        callbacks as callbacks,
        datasets as datasets,
        errors as errors,
        initializers as initializers,
        lessons as lessons,
        losses as losses,
        metrics as metrics,
        optimizers as optimizers,
        plots as plots,
        recipes as recipes,
        schedules as schedules,
        tables as tables,
    )
    from glassnet.bridges.files import load as load
    from glassnet.bridges.onnx.reading import from_onnx as from_onnx
    from glassnet.bridges.sklearn import from_sklearn as from_sklearn
    from glassnet.bridges.torch.modules import from_torch as from_torch
    from glassnet.bridges.torch.source import to_torch_source as to_torch_source
    from glassnet.browser.page.opened import Play as Play
    from glassnet.browser.page.playing import play as play
    from glassnet.callbacks import Callback as Callback
    from glassnet.checking import (
        check_activation as check_activation,
        check_backward as check_backward,
        check_derivative as check_derivative,
        check_layer as check_layer,
        check_loss as check_loss,
        check_optimizer as check_optimizer,
    )
    from glassnet.checking.program import check as check
    from glassnet.datasets.preparation import (
        Standardizer as Standardizer,
        one_hot as one_hot,
        train_test_split as train_test_split,
    )
    from glassnet.estimators.classifier import NetworkClassifier as NetworkClassifier
    from glassnet.estimators.regressor import NetworkRegressor as NetworkRegressor
    from glassnet.estimators.transformer import NetworkTransformer as NetworkTransformer
    from glassnet.insight.diagnosis import (
        Diagnosis as Diagnosis,
        DiagnosisReport as DiagnosisReport,
        DiagnosisWarning as DiagnosisWarning,
        Finding as Finding,
        adapt as adapt,
    )
    from glassnet.insight.diagnosis.diagnose import diagnose as diagnose
    from glassnet.insight.recording import Recorder as Recorder
    from glassnet.insight.report.report import ReportPage as ReportPage, report as report
    from glassnet.insight.trace.replay import Replay as Replay, replay as replay
    from glassnet.insight.trace.setup import TrainingSetup as TrainingSetup
    from glassnet.insight.trace.trace import Trace as Trace, trace as trace
    from glassnet.layers import *
    from glassnet.network.history import History as History
    from glassnet.network.network import Network as Network
    from glassnet.optimizers.adam import *
    from glassnet.optimizers.adaptive import *
    from glassnet.optimizers.descent import *
    from glassnet.optimizers.lbfgs import *
    from glassnet.sweeps import SweepResult as SweepResult, sweep as sweep

__version__ = "0.1.0"

_ROOMS = (
    "activations",
    "callbacks",
    "datasets",
    "errors",
    "initializers",
    "lessons",
    "losses",
    "metrics",
    "optimizers",
    "plots",
    "recipes",
    "schedules",
    "tables",
)
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
    "glassnet.network.network": ("Network",),
    "glassnet.browser.page.opened": ("Play",),
    "glassnet.browser.page.playing": ("play",),
    "glassnet.callbacks": ("Callback",),
    "glassnet.network.history": ("History",),
    "glassnet.sweeps": ("SweepResult", "sweep"),
}
# Classes that stand on scikit-learn's; where it is not installed, they say what installs it.
_ESTIMATORS = {
    "NetworkClassifier": "glassnet.estimators.classifier",
    "NetworkRegressor": "glassnet.estimators.regressor",
    "NetworkTransformer": "glassnet.estimators.transformer",
}
# Every part in these files is a name of glassnet; they are imported where a name is in none of the others.
_FAMILIES = (
    "glassnet.layers",
    "glassnet.optimizers.descent",
    "glassnet.optimizers.adaptive",
    "glassnet.optimizers.adam",
    "glassnet.optimizers.lbfgs",
)
_MODULE_OF = {room: (f"glassnet.{room}", "") for room in _ROOMS}
_MODULE_OF |= {name: (module, name) for module, names in _NAMES.items() for name in names}


def _public() -> list[str]:
    parts = [name for family in _FAMILIES for name in import_module(family).__all__]
    return sorted([*_MODULE_OF, *parts, *(_ESTIMATORS if find_spec("sklearn") is not None else ())])


if not TYPE_CHECKING:  # a type checker knows every name from above, and that no other exists

    def __getattr__(name: str) -> Any:
        if name == "__all__":
            return _public()
        if name in _ESTIMATORS:
            value = _estimator(name)
        elif name in _MODULE_OF:
            module, attribute = _MODULE_OF[name]
            value = getattr(import_module(module), attribute) if attribute else import_module(module)
        else:
            value = _part(name)
        globals()[name] = value
        return value


def _estimator(name: str) -> Any:
    from glassnet.support.optional import require

    require("sklearn", extra="tables", purpose=f"gn.{name}")
    return getattr(import_module(_ESTIMATORS[name]), name)


def _part(name: str) -> Any:
    if not name.startswith("_"):
        for family in map(import_module, _FAMILIES):
            if name in family.__all__:
                return getattr(family, name)
    raise AttributeError(f"module 'glassnet' has no attribute {name!r}{_near(name)}")


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, _public(), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def __dir__() -> list[str]:
    return _public()

"""What names mean in learners' optimizers: a first guess, which is tried and given up where another makes all right."""

from __future__ import annotations

import inspect
from typing import Any

from glassnet.checking.finding.leaves import is_number
from glassnet.checking.optimizer.rules import Settings

STEP = ("update_params", "step", "update", "apply_gradients", "apply", "optimize", "update_parameters",
        "update_weights", "compute_step", "get_updates", "__call__")  # fmt: skip
BEFORE = ("pre_update_params", "pre_update", "before_update")
AFTER = ("post_update_params", "post_update", "after_update")
HOLDERS = ("params", "parameters", "net", "network", "model", "target", "layers")
PARAMETERS = {"w", "weights", "weight", "params", "parameters", "param", "parameter", "theta", "x", "p", "variables",
              "variable", "var", "vars", "model", "net", "network", "nn", "layer", "layers", "self_layer", "values",
              "target", "model_params", "trainable_params", "params_list", "wt"}  # fmt: skip
GRADIENTS = {"g", "dw", "dx", "dtheta", "dparams", "dp", "derivative", "derivatives", "nabla", "nabla_w", "delta_w",
             "gw", "gs", "dl_dw", "dj", "d_w", "nablas"}  # fmt: skip
# Names that can mean one setting only, and names that can mean several, the likeliest first.
NAMES = {
    "learning_rate": ("learning_rate", "lr", "eta", "rate", "step_size", "l_rate", "learningrate", "learn_rate"),
    "weight_decay": ("weight_decay", "decay_weights", "wd"), "momentum": ("momentum", "mu"),
    "epsilon": ("epsilon", "eps"), "alpha": ("decay_rate",), "rho": ("decay_rate",),
    "momentum_decay": ("momentum_decay", "psi", "schedule_decay"),
    "beta1": ("beta1", "beta_1", "b1"), "beta2": ("beta2", "beta_2", "b2"),
}  # fmt: skip
AMBIGUOUS = {
    "alpha": ("alpha", "learning_rate", "momentum", "beta1"),
    "rho": ("rho", "alpha", "momentum", "beta2"), "gamma": ("momentum", "alpha", "rho", "learning_rate"),
    "beta": ("momentum", "alpha", "rho", "beta1", "beta2"), "decay": ("alpha", "rho", "weight_decay", "momentum"),
    "beta1": ("momentum", "alpha"), "beta2": ("alpha", "momentum"), "beta_1": ("momentum", "alpha"),
    "beta_2": ("alpha", "momentum"), "b1": ("momentum", "alpha"), "b2": ("alpha", "momentum"),
    "lambda": ("weight_decay",), "lambd": ("weight_decay",), "lam": ("weight_decay",), "reg": ("weight_decay",),
    "delta": ("epsilon",), "friction": ("momentum",), "decay_rate": ("momentum",),
    "rho1": ("beta1",), "rho2": ("beta2",), "decay1": ("beta1",), "decay2": ("beta2",),
}  # fmt: skip
COUNTERS = {"t", "step", "i", "n", "k", "iteration", "iterations", "iter", "timestep", "time_step", "count", "epoch",
            "step_num", "global_step", "it", "n_iter", "num_updates", "time"}  # fmt: skip
CONFIGS = {"config", "hyperparams", "hyperparameters", "hyper", "hp", "cfg", "options", "opt", "settings",
           "optim_config", "hyper_params", "args", "conf"}  # fmt: skip
LABELS = {"name", "key", "param_name", "layer_name", "id", "idx", "index", "layer_id", "param_id", "label"}
N_CONFIGS = 4


def known_as(name: str, wanted: Settings) -> str | None:
    """The setting that a name stands for beyond doubt, among those that are wanted."""
    plain = name.lower().strip("_")
    return next((setting for setting in wanted if plain in NAMES[setting]), None)


def guesses(name: str, wanted: Settings) -> list[str]:
    """The settings that a name may stand for, the likeliest first."""
    return [s for s in AMBIGUOUS.get(name.lower().strip("_"), ()) if s in wanted]


def fits(setting: str, value: float) -> bool:
    """Whether a number can be this setting."""
    if setting in ("momentum", "alpha", "rho", "beta1", "beta2"):
        return 0 <= value < 1
    return (
        0 < value <= 0.1 if setting == "epsilon" else value > 0 if setting == "learning_rate" else value >= 0
    )


def roles_of(parameter: inspect.Parameter, wanted: Settings, changeable: Settings) -> list[str]:
    """What an argument beside parameters and gradients may be, the likeliest first.

    One with a default keeps it where that makes the rule right.
    """
    name = parameter.name.lower().strip("_")
    setting = known_as(name, wanted)
    if setting is not None:
        return [f"setting {setting}"]
    configs = [f"config {i}" for i in range(N_CONFIGS)]
    counts = ["count", "count from 0"] if name in COUNTERS else []
    if parameter.default is not inspect.Parameter.empty:
        if isinstance(parameter.default, float):
            return [*(f"setting {s}" for s in guesses(name, wanted) if s in changeable), "left"]
        return [*configs, "left"] if name in CONFIGS else ["left", *(counts or ["state"])]
    if name in CONFIGS:
        return [*configs, "state"]
    if name in LABELS:
        return ["name", "state"]
    others = [f"setting {s}" for s in wanted if s != "weight_decay"]
    if counts:
        return [*counts, "state", *others]
    likely = [f"setting {s}" for s in guesses(name, wanted)]
    if likely:
        return [*likely, "state", "count"]
    return ["state", *others, "count"]


def config(variant: int, settings: Settings) -> dict[str, Any]:
    """A dictionary of settings under all their names: with no count of steps, one from 1 or from 0; or an empty one."""
    if variant == N_CONFIGS - 1:
        return {}
    settings_by_name: dict[str, Any] = {}
    for name in AMBIGUOUS:
        for setting in guesses(name, settings)[:1]:
            settings_by_name[name] = settings[setting]
    for setting, value in settings.items():
        settings_by_name |= dict.fromkeys(NAMES[setting], value)
    if variant > 0:
        settings_by_name |= dict.fromkeys(("t", "step", "iteration"), 2 - variant)
    return settings_by_name


def of_numbers(thing: Any) -> dict[str, float]:
    """The numbers that an object has as attributes, or a function as defaults, with their names."""
    numbers: dict[str, Any] = {}
    if inspect.isroutine(thing):
        parameters = inspect.signature(thing).parameters.values() if not inspect.isbuiltin(thing) else ()
        numbers |= {p.name: p.default for p in parameters}
    else:
        numbers |= {name: value for name, value in vars(type(thing)).items() if not name.startswith("__")}
        numbers |= getattr(thing, "__dict__", {})
    for name in ("hyperparameters", "defaults", "config", "hyperparams", "params"):
        inner = numbers.get(name)
        if isinstance(inner, dict):
            numbers |= {str(key): value for key, value in inner.items()}
    betas = numbers.get("betas")
    if isinstance(betas, (tuple, list)) and len(betas) == 2:
        numbers |= {"beta1": betas[0], "beta2": betas[1]}
    return {name: float(value) for name, value in numbers.items() if is_number(value)}

"""What names usually mean in programs that learn: the part that a function plays, and what an argument stands for.

A name is a first guess only. Whether it was right is seen by calling, and by the numbers that come back.
"""

from __future__ import annotations

import re

# The part of a function, by its name; the first that fits.
_FUNCTIONS = {
    "numeric": (
        r"numeric|check|approx|finite|test|plot|visual|draw|show|print|accuracy|score$|evaluate|load|save|read"),
    "derivative": r"prime|deriv|(^|_)(d|der)_?(relu|sigmoid|tanh|softmax|sig|act)|_grad$|_gradient$",
    "backward": r"back|grad|nabla|compute_deltas|bprop",
    "loss": r"loss|cost|criterion|objective|mse|cross_?entropy|squared?_?error|(^|_)error$|nll|likelihood",
    "train": r"train|^fit|_fit|learn$|sgd|epoch|descent|build_model|^model$|_model$",
    "update": r"update|step|optimi[sz]e|apply|adjust",
    "init": r"init|create|setup|build|make_(param|weight|net)|random_(weights|params)",
    "forward": (
        r"forward|feed_?forward|fprop|propagat|predict|query|think|activate|inference|infer|^run$|^call$|^compute|"
        r"^output|hypothesis|^learn$|^loop$|__call__|^nn$|^net$|^evaluate$"),
}  # fmt: skip
# What an argument stands for, by its name in lower case; the first that fits.
_ARGUMENTS = {
    "rate": r"learning_?rate|learn_?rate|lr|eta|alpha|rate|step_?size|l_?rate|lrate|epsilon|learningrate|a",
    "epochs": (
        r"(n|num|number_?of|max)?_?(of_)?(training_?)?(epochs?|iterations?|iters?|iter|its?|passes|steps)|num"),
    "batch_size": r"(mini_?)?batch_?size|bs",
    "train": r"(is_?)?train(ing)?(_?(flg|flag|mode))?|mode",
    "keep": r"keep_?prob(ability)?",
    "zero": (
        r"lambd(a|_)?|lamda|mm|reg(_?lambda|ularization|_strength)?|l2(_?reg)?|l1|weight_?decay|decay|lambda_?|"
        r"lmbda|dropout.*|momentum"),
    "quiet": r"verbose|print_?(cost|loss|every)?|(give|show|with|return|log)_.*|plot.*|debug|silent|callback",
    "seed": r"(random_?)?(seed|state)",
    "sizes": (
        r"sizes?|layers?_?(dims|sizes|dimensions|shape|config|sz)?|layers_dims|dims?|dimensions|(layer_|nn_|"
        r"network_)?architecture|topology|structure|shape|network_(size|shape|structure)|units|neurons|nodes|"
        r"num_neurons|(neurons?|units|nodes)_?counts?(_per_layer)?|(neurons|units)_per_layer"),
    "n_layers": r"(n|num|nb|number_?of)_?layers?|depth|layer_count",
    "hidden_sizes": r"hidden_?(dims|sizes|layers|units|layer_sizes|size_list)|hiddens|nodes_per_layer",
    "n_hidden": (
        r"(n|num|nb)?_?h(idden)?(_?(size|dim|nodes|units|neurons|layer(_size)?|num|layer_neurons|n))?|hnodes|"
        r"hiddennodes|middle_?(size|num)|n_?hid(den)?|nn_hdim|nh|hidden_?[12]|num_hidden(_nodes|_units|_neurons)?|"
        r"hidden_dim[12]"),
    "n_inputs": (
        r"d|(n|num|nb|d)_?(x|in|inputs?|features?|input_(nodes|features|neurons|units))|input_?(size|dims?|nodes?|"
        r"units|neurons|layer|num|features|n|number|params|layer_(size|neurons))|in_?(dim|size|features|channels)|"
        r"inodes|inputnodes|ni|fan_in|input_num"),
    "n_outputs": (
        r"c|k|(n|num|nb|d)_?(y|out|outputs?|classes|labels|output_(nodes|neurons|units))|output_?(size|dims?|"
        r"nodes?|units|neurons|layer|num|features|n|number|layer_(size|neurons))|out_?(dim|size|features)|onodes|"
        r"outputnodes|no|fan_out|classes|output_num|number_(of_)?(classes|outputs)"),
    "pairs": r"(training|train|mini)_?(data|batch|set|pairs)|dataset|pairs|patterns|mini_batch|batch|data_?set",
    "x": (
        r"x|(tr|trn)_?x|x_?(tr|train|in|input|batch|data|i|b|samples?)s?|inputs?|inputs?_?(data|list|arr|array|vec(tor)?|batch|"
        r"values?|x|layer_values)s?|features|samples?|images?|imgs?|(train|batch|mini_batch)_?x|data|a_?0|a_prev|"
        r"vec(tor)?|training_?(set_?)?inputs|train_(inputs|features|images)|observations?|train_?ex|a|mini_batch_x"),
    "y": (
        r"y|t|(tr|trn)_?y|y_?(tr|train|true|batch|data|onehot|one_?hot|enc|actual|real|i|b|input)s?|y_?hot|targets?(_?(list|"
        r"array|vec(tor)?|values?|y|output|data))?s?|labels?|label_?s?|desired.*|expected.*|truths?|(train|batch|"
        r"mini_batch)_?y|one_?hot.*|training_?(set_?)?outputs|actual.*|train_(labels|targets|outputs)|"
        r"ground_truth|correct.*|d_out_target"),
    "output": (
        r"al|a_?(out|last|final|l|[2-9])|o|outs?|outputs?|y_?_?(hat|pred(ict(ed|ions?)?|s)?|p|est|out|output)s?|"
        r"yhat|predictions?|predicted(_.*)?|preds?|probs?|probabilities|scores|logits|final_?outputs?|activation|"
        r"results?|hypothesis|a_final|guess(es)?|model_output|p|h"),
    "cache": (
        r"caches?|cash|memory|forward_?(cache|pass|results?|vals|values|data)|history|intermediates?|states?|zs|"
        r"activations|stash|saved|layers?_(outputs|inputs)|forward|temp|tape"),
    "parameters": (
        r"(nn_|initial_|all_)?(params?|theta)|parameters?(_?(values|dict))?|params_values|weights|model|theta|"
        r"network|net|nn|w|weight"),
    "gradients": r"grads?(_values|_dict)?|gradients?|d_?params|deltas|nabla|changes.*|updates|derivatives",
    "error": (
        r"d_?(a|z|out|al|y|l|loss|output|values|h)?(_.*)?|grads?_?(output|out|y|loss)?|errors?|loss_?(grad(ient)?|"
        r"derivative)|(y|z|a|o|out(put)?|next|top|prev|upstream)_?grad(ient)?s?|delta|output_?(gradient|error|grad)|upstream|output_?errors?|accum_grad"),
    "n_samples": r"m|n|(n|num|nb)_?(samples|examples|train|data|instances)|size",
    "step": r"t|step|iteration|i|epoch|timestep",
}  # fmt: skip


def part_of(name: str) -> str | None:
    """The part that a function of this name may play, such as "forward" or "backward"; None for no usual name."""
    lower = name.lower() if name == "__call__" else name.lower().strip("_")
    return next((part for part, pattern in _FUNCTIONS.items() if re.search(pattern, lower)), None)


def says(name: str, part: str) -> bool:
    """Whether the name says that the function plays this part, whatever else it says."""
    lower = name.lower() if name == "__call__" else name.lower().strip("_")
    return bool(re.search(_FUNCTIONS[part], lower))


def meanings(name: str) -> list[str]:
    """What an argument of this name may stand for, the likeliest first."""
    lower = name.lower().strip("_")
    found = [meaning for meaning, pattern in _ARGUMENTS.items() if re.fullmatch(pattern, lower)]
    if not found:
        found = [meaning for meaning, pattern in _LOOSELY.items() if re.search(pattern, lower)][:1]
    return sorted(found, key=_RANK.index)


_LOOSELY = {
    "y": r"target|label|desired|expected|y_",
    "x": r"input|sample|feature|image|x_|_x$",
    "output": r"output|pred",
}


_RANK = ["loss_function", "loss_derivative",
         "x", "y", "output", "cache", "gradients", "parameters", "rate", "epochs", "batch_size", "n_inputs", "n_hidden",
         "hidden_sizes", "n_outputs", "sizes", "n_layers", "pairs", "error", "train", "keep", "zero", "quiet", "seed",
         "n_samples", "step"]  # fmt: skip

"""What the command calls things that findings and reports call by their names in Python."""

from __future__ import annotations

# Words of Python, and what is said to whoever types commands instead; the longer ones first. What the command has no
# option for is said to be of Python.
VOICES: tuple[tuple[str, str], ...] = (
    # ---- remedies of a diagnosis
    (
        "gn.Standardizer().fit(X_train), the same one for all later data",
        "glassnet train does so with --standardize, and its model keeps the scales",
    ),
    ('(class_weight="balanced")', "(--balance, where they stand in a table)"),
    (
        "stop earlier (EarlyStopping), use fewer units, Dropout or l2, or train on more samples",
        "stop earlier (fewer --epochs), use fewer --hidden units or more --dropout, or train on more samples",
    ),
    ("or clip the gradient (clip_norm=1.0)", "or clip the gradient (in Python: clip_norm=1.0)"),
    ("smaller steps, l2, or ReLU", "smaller steps (--learning-rate), or --activation relu"),
    ("use a smaller l1, l2 or weight_decay", "use --optimizer adam, which has no penalty, or in Python a smaller one"),
    ("use a smaller learning rate", "use a smaller --learning-rate"),
    ("train with shuffle=True, or shuffle the samples once before", "shuffle the samples once before"),
    ("learning_rate_factor=1, or a larger one", "in Python with learning_rate_factor=1, or a larger one"),
    ("call module.eval() before predicting", "call module.eval() in Python before predicting"),
    ('an activation, such as "relu" or "tanh"', "an activation, such as --activation relu or tanh"),
    ("use leaky_relu or tanh", "use --activation leaky_relu or tanh"),
    ("use leaky_relu", "use --activation leaky_relu"),
    ("such as ReLU", "such as --activation relu"),
    ("use ReLU", "use --activation relu"),
    ("(another seed)", "(another --seed)"),
    ("use categorical_cross_entropy", "use --loss categorical_cross_entropy"),
    ("use binary_cross_entropy", "use --loss binary_cross_entropy"),
    # ---- what a diagnosis has not seen
    ("start= gives it, and callbacks=[gn.Diagnosis()] of fit keeps it", "a model's file does not keep it"),
    ("start= gives it, or trained=False", "a model's file does not keep it"),
    ("sample_weight= or class_weight=", "the weights of the samples"),
    ("start=", "the first weights"),
    ("optimizer=", "--optimizer"),
    ("epochs=", "the history that glassnet train writes beside a model"),
    ("batch_size=", "--batch-size"),
    # ---- what a check of a program asks for
    ("seconds= (--seconds of the command)", "--seconds"),
    ("name the function with forward=, and give data that it takes as X and y",
     "name the function with --forward, and give data that it takes with --data"),
    ("forward=", "--forward"),
    ("backward=", "--backward"),
    ("pass an object of it", "make an object of it in the file"),
    ("pass an object: ", "make an object in the file: "),
    ("pass one: ", "make one in the file: "),
    ("pass X and y", "give --data"),
)  # fmt: skip


def in_command(text: str) -> str:
    """The same said to whoever types commands.

    Parameters
    ----------
    text : str
        A remedy, or what was not looked at.
    """
    for python, command in VOICES:
        text = text.replace(python, command)
    return text

"""The check of a learner's optimizer: its steps beside those of the rule that it should follow.

``learner_step`` and ``learner_run`` step it in every way in which its arguments can be read, guided by ``names``, with
parameters in the forms of ``parameter_forms`` and ``gradient_holders``. ``rules`` holds the rules and their slips,
``steps`` and ``search`` tell which of them the steps are, ``checking`` decides between readings; ``report`` and
``words`` say it.
"""

from glassnet.checking.optimizer.checking import check_optimizer

__all__ = ["check_optimizer"]

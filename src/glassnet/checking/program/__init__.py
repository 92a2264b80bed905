"""The check of a learner's whole program: what it is made of is found by names and by trying, and then measured.

- ``whole``: ``gn.check``; ``objects``, ``modules``, ``scripts`` are what it may be given, ``pairs`` parts of a module;
  ``loops`` and ``turns`` take one turn of a training loop,
  ``files`` runs a file in a process of its own, ``loading`` and ``witness`` in that process; ``standing_in`` for data
  and ``missing`` for libraries that are not there.
- ``words`` (what names mean), ``data`` (forms of the data), ``bench`` (the program, run and put back), ``binding``
  (arguments for its functions), ``functions`` (its functions by their part).
- ``making``: objects of its classes, from ``examples`` in its files, by ``building``, ``offering``, ``stacking`` and
  ``readying``.
- ``forward`` (its forward pass), ``losses`` (its loss), ``gradients``, ``training``,
  ``reading`` and ``observing`` (where its gradients are).
- ``searching`` (over all readings), ``judging`` (beside differences), ``naming`` (slips), ``reporting``, ``together``.
"""

from glassnet.checking.program.whole import check

__all__ = ["check"]

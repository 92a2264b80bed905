"""What a network's metadata call its classes and features."""

from __future__ import annotations

from typing import Any

from glassnet.network.network import Network

NAMES = ("class_names", "feature_names")


def known_names(network: Network) -> dict[str, list[Any]]:
    """Names by "class_names" and "feature_names", those that are known.

    They stand in ``net.metadata``, or under "data" there, where the command keeps what it knows of a model's data.
    """
    data = network.metadata.get("data")
    places = [network.metadata, data] if isinstance(data, dict) else [network.metadata]
    lists_of = {key: [place[key] for place in places if isinstance(place.get(key), list)] for key in NAMES}
    return {key: lists[0] for key, lists in lists_of.items() if lists and lists[0]}

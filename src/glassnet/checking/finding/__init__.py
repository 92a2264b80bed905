"""Finding one's way in code that somebody else wrote: its arrays, its functions, what they take and what they give.

- ``leaves``: arrays inside objects, dictionaries and lists, read and written where they lie.
- ``sources``: what the text of a function says: the names that it returns, the attributes that it reads.
- ``smooth``: slopes by differences that do not step across a kink.
- ``matching``: which of many arrays is the gradient of which parameter.
"""

"""The exercises of each lesson: solutions, inputs to try answers on, and the mistakes that are known."""

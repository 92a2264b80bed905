"""The parts of the page, each a section about one question."""

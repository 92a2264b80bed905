"""Seeing into networks: `trace/`, a step with every number; `diagnosis/`, why it does not learn; `report/`, a page.

`recording` keeps how numbers are spread while a network trains, which `plots` draws.
"""

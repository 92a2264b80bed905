"""Layers that take chosen columns of their input and put learned numbers behind the others."""

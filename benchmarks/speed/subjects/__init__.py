"""What is measured, each in a module with ``prepare(*arguments)``, imported only by the process that measures it."""

"""What a program holds, taken as it is: objects, modules of functions, scripts."""

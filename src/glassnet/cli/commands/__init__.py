"""The parts of the command as they are typed: arguments, options and help. What they do is imported when called."""

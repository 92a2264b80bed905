"""What is measured beside the works: each module has ``measure(setting)``, which gives figures."""

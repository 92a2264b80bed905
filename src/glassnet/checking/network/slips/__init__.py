"""Every slip of a backward pass that is known, stage by stage."""

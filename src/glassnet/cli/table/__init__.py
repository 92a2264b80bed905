"""The command on tables: what it reads, trains, tells and writes."""

"""What the command shows and writes: lines and tables for people, CSV for programs, curves while it trains."""

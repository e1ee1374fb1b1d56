"""Learning weights that are shipped. Nothing that serves imports this package."""

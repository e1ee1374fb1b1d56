"""System checks of the finding: a missing or stale index is said aloud, and stops nothing."""

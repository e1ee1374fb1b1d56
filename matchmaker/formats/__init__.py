"""How the desk writes days and moments: the same way everywhere."""

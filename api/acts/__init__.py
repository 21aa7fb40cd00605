"""Every act of the house; `act.py` says what an act is."""

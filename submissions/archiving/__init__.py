"""Everything of an edition in one file, and in again: which rows are its own, packing, unpacking."""

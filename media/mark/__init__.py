"""The second, invisible mark of a committee's copy: which viewer a leaked clip was shown to."""

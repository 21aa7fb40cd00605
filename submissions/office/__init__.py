"""What operators do with the entries of their edition: find them, note, tag, ask for a fix, write."""

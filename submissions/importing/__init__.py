"""Lists of entries from elsewhere: read, mapped, tried, brought in, and taken back."""

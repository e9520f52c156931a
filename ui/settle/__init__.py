"""The page of what waits for a word: open conflicts, and ops that the hub has sent back."""

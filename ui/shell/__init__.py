"""The frame round the pages: top bar, rail, arrangement by size, keys."""

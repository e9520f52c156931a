"""What the window does in how long: driven off screen, times in ms, judged elsewhere."""

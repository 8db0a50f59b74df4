"""What a browser gets at `/`: the built front, or a page that says how to build it."""

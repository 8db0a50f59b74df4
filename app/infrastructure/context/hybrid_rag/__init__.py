"""The one door to `rag`. `door.py` is what the others call; behind it searches become contexts, CVs become cards, and a model may help to index."""

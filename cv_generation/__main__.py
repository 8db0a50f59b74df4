"""`python -m cv_generation`."""

from cv_generation.cli import main

main()

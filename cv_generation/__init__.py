"""Makes the sample CVs that the `cvs` assistant answers about: typed profiles (JSON), written by a model or offline, and their PDFs.

`python -m cv_generation --help` is the way in; README.md beside this file shows what comes out. The server never imports this package.
"""

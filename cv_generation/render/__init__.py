"""Turns a profile into a page (`html`) and the page into a PDF (`pdf`), by one of the templates beside this file."""

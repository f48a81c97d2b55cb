"""`python -m backsight`."""

from backsight.cli import main

main()

"""`python -m hygiene` is `hygiene`."""

from hygiene.cli import program

if __name__ == "__main__":
    program()

"""`python -m assetgen`."""

from assetgen.cli.main import entry

if __name__ == "__main__":
    entry()

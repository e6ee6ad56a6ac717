"""`python -m zerokara` is `zerokara`."""

import sys

from zerokara.cli import main

if __name__ == "__main__":
    sys.exit(main())

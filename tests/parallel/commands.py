"""Commands of zerokara one after another by the same processes: `python commands.py '[["train", …], …]'`."""

import json
import sys

from zerokara.cli import main

if __name__ == "__main__":
    for words in json.loads(sys.argv[1]):
        if code := main(words):
            sys.exit(code)

# rules: conv2d, softmax
from pathlib import Path

import zerokara as zk

file = "7-crossed.png"
shipped = Path(zk.digits.__file__).parent / "examples" / file  # one of the drawings that come with the library
reading = zk.digits.read(shipped if shipped.exists() else file)
print(reading.text)
for digit in reading.digits:
    print(digit.box, digit.view.shape)  # where it is, and what the network saw
    print([round(p, 3) for p in digit.probabilities])

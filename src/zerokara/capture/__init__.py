"""Recording a step once and replaying it: one call around an ordinary function.

    def step(x, labels):
        loss = F.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    step = zk.capture(step)
    for x, labels in loader.epoch(0):
        loss = step(x, labels)

The first call with new shapes runs the function on stand-ins, which write down what is done with them; the list is
rewritten (a convolution, its bias and the ReLU after it become one pass over the memory), and becomes machine code with
all its memory planned. Every call then replays it: the same numbers without Python in between.
"""

from zerokara.capture.captured import Captured, capture
from zerokara.capture.verifying import VerificationError
from zerokara.kernels.tracing import CaptureError

__all__ = ["CaptureError", "Captured", "VerificationError", "capture"]

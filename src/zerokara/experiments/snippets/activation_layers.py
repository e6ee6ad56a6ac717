# rules: relu, sigmoid
import zerokara as zk
from zerokara import functional as F

for layer in (F.relu, F.sigmoid):
    x = zk.tensor([-1.0, 0.5, 0.0, 2.0], requires_grad=True)
    y = layer(x)
    y.backward([1.0, 1.0, 1.0, 1.0])  # what comes back from above
    print(layer.__name__, y.data, x.grad)

# rules: sin, multiply, add
import zerokara as zk
from zerokara import functional as F

values = (2.0, 3.0)
x, y = (zk.tensor(value, requires_grad=True) for value in values)
z = F.sin(x) * (x + y)
zk.draw(z, x=x, y=y).save("graph.svg")  # every operation left a node

z.backward()
print(z.item(), x.grad, y.grad)

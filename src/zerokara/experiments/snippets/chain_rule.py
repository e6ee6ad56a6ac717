# rules: add, multiply
import zerokara as zk

x, y = zk.tensor(2.0, requires_grad=True), zk.tensor(3.0, requires_grad=True)
t = x + y
z = t * t
zk.draw(z, x=x, y=y, t=t).save("chain-rule.svg")  # every edge with its value and its gradient

z.backward()
print(z.item(), x.grad, y.grad)

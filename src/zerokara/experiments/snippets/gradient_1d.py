# rules: multiply
import zerokara as zk


def f(x):
    return 0.01 * x**2 + 0.1 * x


def slope(x, h=1e-4):
    """The central difference."""
    return (f(x + h) - f(x - h)) / (2 * h)


slopes = [slope(5.0), slope(10.0)]
print(slopes)

x = zk.tensor(5.0, requires_grad=True)
f(x).backward()
print(x.grad)  # the same, by backpropagation

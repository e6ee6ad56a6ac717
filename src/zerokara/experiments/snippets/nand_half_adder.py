# rules: step, linear
import numpy as np


def nand(a, b):
    """A perceptron: 1 where the weighted sum is above 0, else 0."""
    return (-0.5 * a - 0.5 * b + 0.7 > 0).astype(int)


def half_adder(a, b):
    n = nand(a, b)
    return nand(nand(a, n), nand(b, n)), nand(n, n)  # sum and carry


def full_adder(a, b, c):
    n, (s, _) = nand(a, b), half_adder(a, b)
    m = nand(s, c)
    return nand(nand(s, m), nand(c, m)), nand(n, m)


bits = 4
a, b = (n.ravel() for n in np.meshgrid(np.arange(2**bits), np.arange(2**bits)))
total, carry = half_adder(a & 1, b & 1)
for k in range(1, bits):
    one, carry = full_adder(a >> k & 1, b >> k & 1, carry)
    total = total + 2**k * one
total = total + 2**bits * carry
print((total == a + b).all(), len(total))

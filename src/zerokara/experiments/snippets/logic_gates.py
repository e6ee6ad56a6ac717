# rules: matmul
import numpy as np


def perceptron(x, w, b):
    """1 where the weighted sum is above 0, else 0."""
    return (x @ w + b > 0).astype(int)


rows = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])
AND = perceptron(rows, np.array([0.5, 0.5]), -0.7)
NAND = perceptron(rows, np.array([-0.5, -0.5]), 0.7)
OR = perceptron(rows, np.array([0.5, 0.5]), -0.2)
print(AND, NAND, OR)

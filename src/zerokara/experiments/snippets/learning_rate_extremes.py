# rules: multiply
import numpy as np

ends = {}
for lr in (10.0, 1.0, 0.9, 1.01, 1e-10):
    x = np.array([-3.0, 4.0])
    for _ in range(100):
        x = x - lr * 2 * x  # the gradient of x₀² + x₁²
    ends[lr] = x
    print(lr, x)

# rules: add, multiply, getitem
import numpy as np

x = (1.0, 2.0, 3.0)
y = (2.0, 4.0, 6.0)
a = (1.0, 2.0, 3.0, 4.0)
row = (10.0, 20.0)
z = (51.0, 55.0, 14.0, 19.0, 0.0, 4.0)
limit = 15.0
x, y, A, z = np.array(x), np.array(y), np.reshape(a, (2, 2)), np.array(z)

print(x + y, x * y, x / 2)  # number by number
print(A * 10, A * np.array(row), sep="\n")  # the row is used for every row of A
print(z[0], z[[0, 2, 4]], z > limit)
chosen = z[z > limit]
print(chosen, A.shape, A.dtype)

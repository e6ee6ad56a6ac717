# rules: matmul

import zerokara as zk

x = zk.tensor([1.0, 2.0])
W = zk.tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])  # a row for every input, a column for every output
y = x @ W
print(y.data)

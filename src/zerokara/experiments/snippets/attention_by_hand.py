# rules: matmul, softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F

hs = (1.0, 0.0, 0.5, 0.0, 2.0, -1.0, -1.0, 1.0, 0.0, 0.5, 0.5, 2.0)
h = (1.0, 1.0, 0.5)
temperature = 1.0
rows = zk.tensor(np.array(hs).reshape(-1, len(h)))  # one row for every word of the question
asking = zk.tensor(np.array(h), requires_grad=True)
scores = rows @ asking / temperature
weights = F.softmax(scores)
context = weights @ rows
context.sum().backward()
print(weights.data)  # how much of each row
print(context.data, asking.grad)

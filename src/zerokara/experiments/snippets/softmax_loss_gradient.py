# rules: softmax, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

rows = [(0.3, 2.9, 4.0), (2.0, 1.0, 0.1), (-1.0, 0.5, 0.5), (3.0, -2.0, 1.0)]
scores, labels = zk.tensor(np.array(rows), requires_grad=True), np.array([2, 0, 1, 2])
F.cross_entropy(scores, labels).backward()

y, t = F.softmax(scores).data, np.eye(3)[labels]
print(scores.grad)
print((y - t) / len(labels))  # the same: answer minus truth, shared among the samples

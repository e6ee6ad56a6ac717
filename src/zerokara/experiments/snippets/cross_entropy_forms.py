# rules: cross_entropy, log
import numpy as np

import zerokara as zk
from zerokara import functional as F

batch = 5
classes = 10
drawn = zk.generator(0, "lab", "probabilities")
y, labels = drawn.dirichlet(np.ones(classes), batch), drawn.integers(0, classes, batch)
t = np.eye(classes)[labels]  # one-hot

one_hot_form = -np.sum(t * np.log(y + 1e-7)) / batch
label_form = -np.mean(np.log(y[np.arange(batch), labels] + 1e-7))
print(one_hot_form, label_form)

scores = np.log(y + 1e-7)
print(F.cross_entropy(scores, t).item(), F.cross_entropy(scores, labels).item())  # the library takes both

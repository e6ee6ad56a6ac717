# rules: softmax, sigmoid
import numpy as np

from zerokara import functional as F

scores = np.array([0.3, 2.9, 4.0])
softmax = F.softmax(scores).data
sigmoid = F.sigmoid(scores).data
print(softmax, softmax.sum())  # the outputs of softmax sum to 1 …
print(sigmoid, sigmoid.sum())  # … those of the sigmoid do not

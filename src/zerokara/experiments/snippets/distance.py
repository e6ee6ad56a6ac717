# rules: lstm
import numpy as np

import zerokara as zk
from zerokara import nn

length = 5
answer = 3
hidden_size = 128
networks = 20
j, k = np.arange(1, length + 1)[:, None], np.arange(1, answer + 1)
forwards, backwards = length - j + k, j - 1 + k  # steps from character j of the question to k of the answer
print(forwards.mean(), backwards.mean(), forwards[0, 0], backwards[0, 0])
sizes = []
for network in range(networks):
    rng = zk.generator(0, "lab", "network", network)
    layer = nn.LSTM(16, hidden_size, batch_first=True, rng=rng)
    x = zk.tensor(rng.normal(size=(1, length + answer, 16)).astype(np.float32), requires_grad=True)
    direction = rng.choice([-1.0, 1.0], hidden_size).astype(np.float32)
    outputs, state = layer(x)
    (outputs[0, -1] * direction).sum().backward()
    sizes.append(np.linalg.norm(x.grad[0], axis=1)[::-1])  # by the number of steps back
gradient = np.mean(sizes, axis=0)
print(gradient)

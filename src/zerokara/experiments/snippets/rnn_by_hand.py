# rules: rnn
import numpy as np

from zerokara import functional as F

steps = 3
memory = 1.0
W_ih = np.array([[0.5, -0.3], [0.8, 0.2], [-0.4, 0.6]])
W_hh = memory * np.array([[0.1, 0.4, -0.2], [-0.3, 0.2, 0.5], [0.6, -0.1, 0.3]])
b = np.array([0.1, 0.0, -0.1])
x = np.round(np.stack([np.cos(np.arange(steps)), np.sin(np.arange(steps))], axis=1), 2)
h = np.zeros(3)
states = []
for t in range(steps):  # the same weights at every step
    h = np.tanh(W_ih @ x[t] + W_hh @ h + b)
    states.append(h)
y, last = F.rnn(x[:, None], W_ih, W_hh, b, np.zeros(3), np.zeros((1, 3)))  # the whole sequence at once
print(np.array(states) - y.data[:, 0])

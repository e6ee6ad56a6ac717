# rules: rnn, linear, squared_error
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.data.sequences import noisy_sine

noise = 0.05
points = 1000
streams = 30
time = 30
hidden = 100
lr = 0.001
epochs = 20
rng = zk.generator(0, "lab", "weights")
rnn = nn.RNN(1, hidden, batch_first=True, rng=rng)
head = nn.Linear(hidden, 1, rng=rng)
optimizer = optim.Adam(list(rnn.parameters()) + list(head.parameters()), lr=lr)
wave, turn = noisy_sine(points, noise), points - 1
rows = wave[((np.arange(streams) * turn // streams)[:, None] + np.arange(points)) % turn][..., None]
for _ in range(epochs):
    state = None
    for begin in range(0, turn - time + 1, time):
        piece = rows[:, begin : begin + time + 1]
        y, state = rnn(zk.tensor(piece[:, :-1]), state)
        loss = F.mse_loss(head(y), piece[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        state = state.detach()
cosine = np.cos(np.linspace(0, 4 * np.pi, points)).astype(np.float32)
ahead = head(rnn(zk.tensor(cosine[None, :-1, None]))[0]).data[0, :, 0]
print(loss.item(), np.mean((ahead - cosine[1:]) ** 2))

# rules: rnn, gru, lstm, linear, squared_error
import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.data.sequences import adding_problem

steps = 50
hidden = 64
batch_size = 64
iterations = 1500
lr = 0.002
clip = 1.0
x, y = adding_problem(batch_size * iterations, steps, seed=0)
rng = zk.generator(0, "lab", "weights")
gru = nn.GRU(2, hidden, batch_first=True, rng=rng)
head = nn.Linear(hidden, 1, rng=rng)
optimizer = optim.Adam(list(gru.parameters()) + list(head.parameters()), lr=lr)
losses = []
for i in range(iterations):
    rows = slice(i * batch_size, (i + 1) * batch_size)
    outputs, _ = gru(zk.tensor(x[rows]))
    loss = F.mse_loss(head(outputs[:, -1]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optim.clip_grad_norm(optimizer, clip)
    optimizer.step()
    losses.append(loss.item())
print(losses[-1])

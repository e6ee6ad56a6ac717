# rules: rnn, lstm, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.sequences import delayed_recall
from zerokara.models import LanguageModel

delay = 5
times = (2, 4, 5, 6, 8, 10)
hidden = 32
streams = 32
steps = 8000
lr = 0.005
x, y = delayed_recall(steps, delay, 4, streams, seed=0)
new, answers = delayed_recall(200 + delay, delay, 4, streams, seed=1000)
found = {}
for time in times:
    model = LanguageModel(4, 4, hidden, cell="rnn", rng=zk.generator(0, "lab", "weights"))
    optimizer = optim.Adam(model, lr=lr)
    state = None
    for begin in range(-(-delay // time) * time, steps - time + 1, time):
        loss, state = model.loss(x[:, begin : begin + time], y[:, begin : begin + time], state)
        optimizer.zero_grad()
        loss.backward()  # no farther than the window
        optimizer.step()
    said = model(new)[0].data.argmax(axis=-1)
    found[time] = np.mean((said == answers)[:, delay:])
print(found)

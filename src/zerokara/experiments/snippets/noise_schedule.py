# rules:
import numpy as np

import zerokara as zk

T = 1000
schedule = "linear"
beta = (0.0001, 0.02)
digit = 3
betas = zk.models.noise_betas(T, schedule, first=beta[0], last=beta[1])
kept = np.concatenate([[1.0], np.cumprod(1 - betas)])
x = zk.data.scaled(zk.data.load("digits").train.images[digit]) * 2 - 1
noise = zk.generator(0, "lab", "noise").standard_normal(x.shape)
times = np.unique(np.linspace(0, T, 9).round().astype(int))
pictures = np.stack([np.sqrt(kept[t]) * x + np.sqrt(1 - kept[t]) * noise for t in times])
print(dict(zip(times.tolist(), kept[times].tolist(), strict=True)))
print("less than half is left after", np.argmax(kept < 0.5))

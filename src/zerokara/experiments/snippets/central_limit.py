# rules:
import numpy as np
from scipy.special import ndtr

import zerokara as zk

N = (1, 2, 5, 10)
draws = 10000
apart = []
for n in N:
    x = zk.generator(0, "lab", "sums", n).random((draws, n)).sum(axis=1)
    z = np.sort((x - n / 2) / np.sqrt(n / 12))
    steps = np.arange(draws + 1) / draws
    apart.append(max(abs(ndtr(z) - steps[1:]).max(), abs(ndtr(z) - steps[:-1]).max()))
    print(n, x.mean(), x.var(), apart[-1])

# rules:
import numpy as np

import zerokara as zk

first = (0.6, 0.4)
after_a = (0.4, 0.35, 0.25)
after_b = (0.9, 0.05, 0.05)
rows = np.log([(*first, 0.1, 0.1, 0.1), (1e-9, 1e-9, *after_a), (1e-9, 1e-9, *after_b)])
rows[0, 2:] = -np.inf  # a sentence begins with A or B, the numbers 0 and 1


def table(x, state=None):
    """The scores of what follows the last word, as a model gives them; 5 stands for the beginning."""
    last = np.asarray(x)[:, -1]
    return zk.tensor(rows[np.where(last == 5, 0, last % 2 + 1)][:, None]), zk.tensor(np.zeros((1, len(last), 1)))


best = {beams: zk.generation.beam_search(table, [5], 2, beams=beams)[0] for beams in (1, 2, 8)}
for beams, one in best.items():
    print(beams, "ABCDE"[one.ids[0]] + "ABCDE"[one.ids[1]], np.exp(one.log_probability))
found = [np.exp(best[1].log_probability), np.exp(best[8].log_probability)]

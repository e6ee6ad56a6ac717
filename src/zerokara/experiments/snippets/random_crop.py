# rules:
import numpy as np
from sklearn.datasets import load_sample_image

import zerokara as zk

height = 120
width = 160
longest = 320
draws = 2000
image = load_sample_image("china.jpg")
every = -(-max(image.shape) // longest)
image = image[::every, ::every]
H, W, _ = image.shape
rng = zk.generator(0, "lab", "places")
tops, lefts = rng.integers(0, H - height + 1, draws), rng.integers(0, W - width + 1, draws)
crop = image[tops[0] : tops[0] + height, lefts[0] : lefts[0] + width]
covered = np.zeros((H, W))
for top, left in zip(tops, lefts):
    covered[top : top + height, left : left + width] += 1 / draws
print(crop.shape, covered[0, 0], covered[H // 2, W // 2])  # a corner is rarely in, the middle often

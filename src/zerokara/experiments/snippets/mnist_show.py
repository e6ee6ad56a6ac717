# rules:
import numpy as np

import zerokara as zk

index = 0
data = zk.data.load("mnist")
train = data.train
print(train.images.shape, train.images.dtype, data.classes)
image = train.images[index, 0]
print(train.labels[index])
for line in image[:: max(1, len(image) // 14)]:
    print("".join(" .:*#"[int(pixel) // 52] for pixel in line))

counts = np.bincount(train.labels, minlength=len(data.classes))
means = [train.images[train.labels == k].mean(axis=0) / 255 for k in range(len(data.classes))]
print(counts)

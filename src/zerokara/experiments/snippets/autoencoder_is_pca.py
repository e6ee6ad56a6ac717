# rules: linear
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 20
batch_size = 128
lr = 0.004
k = (2, 8, 32)
train = zk.data.load("mnist").train.take(images)
x = zk.data.scaled(train.images).reshape(len(train), -1).astype(float)
values = np.linalg.eigvalsh(np.cov(x, rowvar=False, bias=True))[::-1]
errors = []
for size in k:
    options = {"activation": "identity", "output": "identity", "rng": zk.generator(0, "lab", "weights", size)}
    model = zk.models.AutoEncoder(train.shape, (), size, **options)
    teach(model, train, epochs, batch_size, lr, zk.optim.CosineLR(lr, epochs * (len(train) // batch_size)))
    with zk.no_grad():
        rebuilt = model(zk.tensor(zk.data.scaled(train.images))).data.reshape(x.shape)
    errors.append([np.mean((rebuilt - x) ** 2), values[size:].sum() / len(values)])  # PCA leaves the other eigenvalues
    print(size, errors[-1])

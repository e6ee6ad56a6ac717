# rules: layer_norm, rms_norm, batch_norm
import zerokara as zk
from zerokara import functional as F

rows = 4
columns = 6
x = zk.generator(0, "lab", "x").normal(1, 2, (rows, columns))
layer = F.layer_norm(x, columns, eps=0.0).data
rms = F.rms_norm(x, columns, eps=0.0).data
batch = F.batch_norm(x, training=True, eps=1e-12).data
print(layer.mean(axis=1), layer.var(axis=1), batch.mean(axis=0))

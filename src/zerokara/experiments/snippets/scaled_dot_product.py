# rules: softmax
import zerokara as zk
from zerokara import functional as F

sizes = (4, 16, 64, 256, 1024)
pairs = 10000
rng = zk.generator(0, "lab", "vectors")
variances, largest = [], []
for d in sizes:
    q, k = rng.standard_normal((2, pairs, d))
    s = (q * k).sum(axis=1)
    variances.append((s.var(), (s / d**0.5).var()))
    groups = s[: pairs // 10 * 10].reshape(-1, 10)
    largest.append([F.softmax(g).data.max(axis=1).mean() for g in (groups, groups / d**0.5)])
    print(d, variances[-1], largest[-1])

# rules: gaussian_nll
import numpy as np

import zerokara as zk
from zerokara import functional as F

people = 25000
mean = 172.7
spread = 4.83
x = mean + spread * zk.generator(0, "lab", "heights").standard_normal(people)
fit = np.array([x.mean(), x.std()])  # divided by N
m, v = (zk.tensor(np.array([value]), requires_grad=True) for value in (fit[0], 2 * np.log(fit[1])))
y, log_variance = (F.broadcast_to(t, x.shape) for t in (m, v))
slopes = zk.gradients(F.gaussian_nll_loss(y, x, log_var=log_variance), [m, v])
print("fit", fit, "slopes", slopes, "taller than 180 cm", np.mean(x > 180))

# rules: linear, silu
import zerokara as zk
from zerokara.experiments.gen.points import energy_distance, points

# part: teach_drawn

T = 100
iterations = 3000
batch_size = 256
width = 128
lr = 0.003
drawn = 2000
train = points("ring", 10_000, seed=0)  # 8 blobs, variance 1
network = zk.models.PointDenoiser((2,), width, 3, rng=zk.generator(0, "lab", "weights", "ring"))
model = zk.models.Diffusion(network, T)
losses = teach(model, train, iterations, batch_size, lr)
x = model.sample(drawn, (2,), rng=zk.generator(0, "lab", "chain", "ring"))
distance = energy_distance(x, points("ring", drawn, seed=1000).images)
print("loss", losses[-1], "energy distance", distance)

# rules: linear, silu
import zerokara as zk
from zerokara.experiments.gen.points import energy_distance, points

# part: teach_drawn

T = 50
iterations = 3000
batch_size = 256
width = 128
drawn = 2000
train, fresh, told = points("ring", 10_000, seed=0), points("ring", drawn, seed=1000).images, []
for schedule in ("linear", "unscaled"):  # β times 1000/T, or not
    network = zk.models.PointDenoiser((2,), width, 3, rng=zk.generator(0, "lab", "weights"))
    model = zk.models.Diffusion(network, T, schedule)
    teach(model, train, iterations, batch_size)
    x = model.sample(drawn, (2,), rng=zk.generator(0, "lab", "chain"))
    told.append(energy_distance(x, fresh))
    print(schedule, "left at the end", model.kept[-1], "energy distance", told[-1])

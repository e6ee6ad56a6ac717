# rules:
from zerokara.parallel.cost import Link, speed_up

link = Link(latency=2e-5, bandwidth=10e9 / 8)  # 10 Gbit/s
messages = [4 * 123_552 / 2] * 2  # DeepConvNet's gradients in two messages, in bytes
speeds = {computers: speed_up(0.2, computers, messages, link) for computers in (1, 2, 8, 64, 1024)}
for computers, times in speeds.items():
    print(computers, "computers:", round(times, 1), "times as fast")

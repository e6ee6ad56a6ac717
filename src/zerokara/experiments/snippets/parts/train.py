def train(net, optimizer, split, iterations, size=100, alter=lambda x: x):
    """Mini-batches drawn at random, with replacement; the loss of each."""
    drawn, losses = zk.generator(0, "lab", "batches"), []
    for _ in range(iterations):
        chosen = drawn.integers(0, len(split), size)
        x = alter(zk.data.scaled(split.images[chosen]))
        loss = F.cross_entropy(net(x), split.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

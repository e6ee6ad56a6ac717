def teach(model, split, epochs, size, lr=0.001, schedule=None):
    """Shuffled mini-batches; the model says itself how badly it does."""
    optimizer, drawn = zk.optim.Adam(model, lr=lr), zk.generator(0, "lab", "batches")
    zk.manual_seed(0)  # where the random numbers of its loss start
    orders = [drawn.permutation(len(split)) for _ in range(epochs)]
    batches = [order[k : k + size] for order in orders for k in range(0, len(split) - size + 1, size)]
    for i, chosen in enumerate(batches):
        optimizer.lr = schedule(i) if schedule else lr
        loss = model.loss(zk.tensor(zk.data.scaled(split.images[chosen])), split.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()

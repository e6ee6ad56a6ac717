def teach(model, split, iterations, size, lr=0.001):
    """Mini-batches drawn at random; the learning rate falls to 0; the loss of each."""
    optimizer, drawn, losses = zk.optim.Adam(model, lr=lr), zk.generator(0, "lab", "batches"), []
    schedule = zk.optim.CosineLR(lr, iterations)
    zk.manual_seed(0)  # where the random numbers of its loss start
    for i in range(iterations):
        chosen, optimizer.lr = drawn.integers(0, len(split), size), schedule(i)
        loss = model.loss(zk.tensor(split.images[chosen]), split.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def learn(net, train, test, epochs, size, lr, clip):
    """Adam on shuffled batches; after every epoch the share of test questions answered right in every character."""
    optimizer, drawn, found = zk.optim.Adam(net, lr=lr), zk.generator(0, "lab", "batches"), []
    for _ in range(epochs):
        order, size = drawn.permutation(len(train[0])), min(size, len(train[0]))
        for k in range(0, len(order) - size + 1, size):
            x, y = (part[order[k : k + size]] for part in train)
            loss = F.cross_entropy(net(x, y[:, :-1]).reshape(-1, net.vocabulary), y[:, 1:].reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            zk.optim.clip_grad_norm(net, clip)
            optimizer.step()
        said = net.generate(test[0], start=test[1][0, 0], steps=test[1].shape[1] - 1)
        found.append((said == test[1][:, 1:]).all(axis=1).mean())
    return found

def learn(net, train, test, epochs, size, lr, clip):  # by epoch: the mean loss, the share of questions answered right
    optimizer, drawn, found = zk.optim.Adam(net, lr=lr), zk.generator(0, "lab", "batches"), []
    for _ in range(epochs):
        order, losses = drawn.permutation(len(train[0])), []
        for k in range(0, len(order) - size + 1, size):
            x, y = (part[order[k : k + size]] for part in train)
            loss = F.cross_entropy(net(x, y[:, :-1]).reshape(-1, net.vocabulary), y[:, 1:].reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            zk.optim.clip_grad_norm(net, clip)
            optimizer.step()
            losses.append(loss.item())
        said = net.generate(test[0], start=test[1][0, 0], steps=test[1].shape[1] - 1)
        found.append((np.mean(losses), np.mean((said == test[1][:, 1:]).all(axis=1))))
    return found

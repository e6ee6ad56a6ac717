def teach(net, batch, iterations, lr):  # decay of matrices only, clipping, a warm-up, then half a cosine
    optimizer = zk.optim.AdamW(net, lr=lr, betas=(0.9, 0.95), weight_decay=0.1, decay="weights")
    rate, losses = zk.optim.CosineLR(lr, iterations, warmup=min(50, iterations - 1), minimum=lr / 10), []
    for i in range(iterations):
        optimizer.lr, (x, y) = rate(i), batch()
        loss = F.cross_entropy(net(x)[0].reshape(-1, net.vocabulary), y.reshape(-1), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        zk.optim.clip_grad_norm(net, 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses

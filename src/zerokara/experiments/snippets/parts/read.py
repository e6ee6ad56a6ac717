def read(model, windows, optimizer, epochs, clip=1e9, carry=True):
    @zk.capture
    def step(x, y, state):
        loss, state = model.loss(x, y, state)
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm(optimizer, clip)
        optimizer.step()
        return loss, state

    zeros = np.zeros((model.rnn.num_layers, windows.batch_size, model.hidden_size), np.float32)
    for _ in range(epochs):
        state = (zeros, zeros) if model.cell == "lstm" else zeros
        for x, y in windows:
            _, after = step(x, y, state)
            state = after if carry else state

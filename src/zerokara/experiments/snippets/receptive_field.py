# rules: conv2d, max_pool2d
import zerokara as zk

chain = [(3, 1), (3, 1), (2, 2), (3, 1)]  # windows and strides: 3×3, 3×3, a pool of 2, 3×3
field, step, fields = 1, 1, []
for k, stride in chain:
    field += (k - 1) * step  # a window of k reaches k − 1 steps further
    step *= stride  # and the steps grow with every stride
    fields.append(field)
print(fields)

net = zk.models.SimpleConvNet()
x = zk.tensor(zk.arrays.generator(0).random((1, 1, 28, 28), dtype="float32"), requires_grad=True)
print(zk.explain.receptive_field(net.conv1(x), x))

# rules: conv2d, concatenate
import zerokara as zk
from zerokara import functional as F
from zerokara import nn

channels = 192
widths = (64, 96, 128, 16, 32, 32)
one, few3, three, few5, five, pooled = widths


class Block(nn.Module):
    """Four paths side by side; 1×1 filters first leave only a few channels."""

    def __init__(self):
        self.one = nn.Conv2d(channels, one, 1)
        self.three = nn.Sequential(nn.Conv2d(channels, few3, 1), nn.ReLU(), nn.Conv2d(few3, three, 3, padding=1))
        self.five = nn.Sequential(nn.Conv2d(channels, few5, 1), nn.ReLU(), nn.Conv2d(few5, five, 5, padding=2))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, pooled, 1))

    def forward(self, x):
        return F.relu(F.concatenate([self.one(x), self.three(x), self.five(x), self.pool(x)], axis=1))


block = Block()
counts = [zk.models.count_parameters(path) for path in (block.one, block.three, block.five, block.pool)]
direct = zk.models.count_parameters(nn.Conv2d(channels, three, 3)) + zk.models.count_parameters(
    nn.Conv2d(channels, five, 5)
)
print(counts, "instead of", direct, "for the two in the middle")

"""How fast can MNIST be learned, and CIFAR-10? On MNIST a small network, once in a single pass and once in a few.

What gains most: small batches with a high learning rate that goes up and comes down to nothing; soft targets; a strong
decay of the weights. Moving the images by a pixel helps little in one pass and much in several. Averaged weights gain
nothing, since the schedule ends with a learning rate of almost zero.
"""

from zerokara.recipes.base import Recipe

RECIPES = (
    Recipe(
        name="mnist-speed",
        title="MNIST to 99 % in seconds",
        question="How few seconds does a network need to read 99.0 % of MNIST's test digits?",
        title_ja="数秒で MNIST 99 %",
        question_ja="MNIST のテスト画像の 99.0 % を読めるまで、何秒あれば足りるか？",
        data="mnist",
        model="fast-convnet",
        epochs=1,
        batch_size=64,
        optimizer="adamw",
        lr=0.03,
        schedule="one-cycle",
        weight_decay=0.1,
        label_smoothing=0.1,
        expected=0.992,
        tolerance=0.002,
    ),
    Recipe(
        name="mnist-speed-995",
        title="MNIST to 99.5 % in seconds",
        question="And how many seconds does it take to 99.5 %?",
        title_ja="十数秒で MNIST 99.5 %",
        question_ja="では、99.5 % までは何秒かかるか？",
        data="mnist",
        model="fast-convnet-wide",
        epochs=6,
        batch_size=64,
        optimizer="adamw",
        lr=0.03,
        schedule="one-cycle",
        weight_decay=0.1,
        label_smoothing=0.1,
        augmentation="shift",
        expected=0.9955,
        tolerance=0.0005,
    ),
    Recipe(
        name="cifar-speed",
        title="CIFAR-10 in minutes",
        question="How well can CIFAR-10's photographs be learned in twenty minutes on two ordinary cores?",
        title_ja="数十分で CIFAR-10",
        question_ja="ふつうの 2 コアで、CIFAR-10 の写真を 20 分でどこまで学べるか？",
        data="cifar10",
        model="whitened-convnet",
        epochs=12,
        batch_size=256,
        optimizer="nesterov",
        lr=0.25,
        schedule="one-cycle",
        weight_decay=0.0013,
        label_smoothing=0.2,
        augmentation="mirror",
        expected=0.886,  # of JPEGs; of the published pictures it may well be more
        tolerance=0.006,
    ),
)

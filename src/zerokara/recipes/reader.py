"""The recipe of the network that reads drawn digits; `packing` makes the shipped reader of it."""

from zerokara.recipes.base import Recipe

RECIPES = (
    Recipe(
        name="reader",
        title="A network that reads what people draw",
        question="How well can digits be read from drawings of people whom the network never met?",
        title_ja="人が描いた数字を読むネットワーク",
        question_ja="学習で一度も見ていない人が描いた数字を、どこまで読めるか？",
        data="mnist-hands",
        model="reader",
        epochs=14,
        batch_size=128,
        optimizer="adamw",
        lr=0.002,
        schedule="one-cycle",
        weight_decay=0.01,
        label_smoothing=0.05,
        augmentation="strong",
        average=0.998,
        validation=0.04,
        expected=0.9955,
        tolerance=0.0015,
    ),
)

"""The demo's recipe: the main job in small, on data that every installation has."""

from zerokara.recipes.base import Recipe

RECIPES = (
    Recipe(
        name="digits-small",
        title="A small network learns to read digits",
        question="How well does a network of 18 thousand numbers read digits after a few seconds of learning?",
        title_ja="小さなネットワークが数字の読み方を学ぶ",
        question_ja="数秒の学習で、1 万 8 千個ほどの数からなるネットワークはどこまで数字を読めるか？",
        data="digits",
        model="small-convnet",
        epochs=12,
        batch_size=50,
        lr=0.02,
        schedule="one-cycle",
        augmentation="light",
        validation=0.05,
        expected=0.993,
        tolerance=0.01,
    ),
)

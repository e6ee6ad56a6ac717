# rules: scaled_dot_product_attention, lstm, linear, layer_norm, gelu_tanh, cross_entropy
import math

import zerokara as zk
from zerokara.data.text import Snippets, Vocabulary, Windows, load_text
from zerokara.training import fit_language

rounds = 6
words = 126211
tested = 31779
hidden_size = 64
width = 32
whole = load_text("toy")
known = Vocabulary.of(whole.train, whole.tokenizer)
train, test = known.encode(whole.train)[:words], known.encode(whole.test)[:tested]
lstm = zk.models.LanguageModel(len(known), 32, hidden_size, rng=zk.generator(0, "lab", "lstm", "weights"))
start = zk.generator(0, "lab", "gpt", "weights")
gpt = zk.models.GPT(len(known), layers=2, heads=4, width=width, context=64, rng=start)
adam = zk.optim.Adam(lstm, lr=0.005)
adamw = zk.optim.AdamW(gpt, lr=0.003, betas=(0.9, 0.95), weight_decay=0.1, decay="weights")
count = max(1, round(len(train) / 704))
rate = zk.optim.CosineLR(0.003, rounds * count, warmup=min(50, rounds * count - 1), minimum=0.0003)
found = {}
for name, run in (
    ("lstm", fit_language(lstm, Windows(train, 20, 35), adam, epochs=rounds, validation=test, clip_norm=0.25)),
    ("gpt", fit_language(
        gpt, Snippets(train, 11, 64, count), adamw, epochs=rounds, validation=test, clip_norm=1.0, schedule=rate
    )),
):  # fmt: skip
    found[name] = [math.exp(record.val_loss) for record in run if record.kind == "epoch"]
print(found)

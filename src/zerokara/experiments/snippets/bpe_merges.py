# rules:
import zerokara as zk

text = "Hello world! This is BPE training."
shown = 4
merges = 50
characters = 30000
pairs = zk.data.text.BytePairs.of(text, shown)
for number, (a, b) in enumerate(pairs.merges):
    print(256 + number, (a, b), repr(pairs.tokens[256 + number]))
toy = zk.data.text.load_text("toy").train[:characters]
learned = zk.data.text.BytePairs.of(toy, merges)
ratio = len(toy) / len(learned.encode(toy))
assert learned.decode(learned.encode(toy)) == toy
print(ratio, "characters a token")

# rules: scaled_dot_product_attention, linear, layer_norm, gelu_tanh, cross_entropy
import zerokara as zk
from zerokara import functional as F

# part: teach

text = "unicode"
layers = 2
width = 64
context = 64
batch_size = 16
iterations = 1500
tested = 40000
lr = 0.002
given = zk.data.text.load_text(text)
known = zk.data.text.Vocabulary.of(given.train + given.test)
train, test = known.encode(given.train), known.encode(given.test)[:tested]
pieces = iter(zk.data.text.Snippets(train, batch_size, context, iterations, seed=0))
start = zk.generator(0, "lab", "weights")
net = zk.models.GPT(len(known), layers=layers, heads=4, width=width, context=context, rng=start)
losses = teach(net, lambda: next(pieces), iterations, lr)
judged = -zk.training.context_log_probabilities(net, test).mean()
said, _ = zk.generation.generate(net, test[:1], 100, temperature=0.8)
print(losses[-1], judged, known.decode(said[0]))

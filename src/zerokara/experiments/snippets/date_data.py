# rules:
import zerokara as zk

examples = 10000
train, test = zk.data.sequences.dates(examples, max(1, examples // 10))
for question, answer in list(zip(test.questions, test.answers, strict=True))[:10]:
    print(question.rstrip(), "→", answer)
days = [set(part.answers) for part in (train, test)]
common = len(days[0] & days[1])  # days of the test that the training knows
lengths = [len(question.rstrip()) for part in (train, test) for question in part.questions]
characters = set("".join(train.questions + test.questions + train.answers + test.answers))
print(common, min(lengths), max(lengths), len(characters))

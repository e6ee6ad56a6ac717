# rules:
import zerokara as zk

examples = 10000
styles = ("numbers", "short", "long", "weekday")
years = (1970, 2017)
kinds = sorted(("numbers", "short", "long", "weekday").index(style) for style in styles)
train, test = zk.data.sequences.dates(examples, max(1, examples // 10), styles=kinds, years=years)
for question, answer in list(zip(test.questions, test.answers, strict=True))[:10]:
    print(question.rstrip(), "→", answer)
days = [set(part.answers) for part in (train, test)]
common = len(days[0] & days[1])  # days of the test that the training knows
lengths = [len(question.rstrip()) for part in (train, test) for question in part.questions]
characters = set("".join(train.questions + test.questions + train.answers + test.answers))
print(common, min(lengths), max(lengths), len(characters))

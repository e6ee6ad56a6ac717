"""How surprised a model with a context is, as a GPT: every token is judged once, each behind enough of the text."""

from typing import Any

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.data.text.windows import expect_tokens
from zerokara.parallel.team import Team, expect_team
from zerokara.training.evaluation import evaluation_mode


def context_log_probabilities(
    model: Any, ids: Any, *, least: int = 0, batch_size: int = 32, team: Team | None = None
) -> Array:
    """ln p of ids[1:], each behind at least `least` tokens before it, as far as there are so many: float64 (n − 1,)

    A model that reads `model.context` = C tokens at most judges the text in pieces of C that begin C − least apart, and
    of each piece the tokens that no piece before it has judged. With 0 the pieces do not overlap, and a token has C/2
    of the text before it in the mean; a larger `least` costs more and judges better. `training.perplexity` makes one
    number of the result. `batch_size`: pieces at a time; it changes nothing. The processes of a `team` judge them in
    turns, and all get the whole result.
    """
    if not callable(model) or not is_whole(getattr(model, "context", None)) or isinstance(model, type):
        raise TypeError(f"a model that reads a context of tokens has its length, model.context; got {short(model)}")
    text, context = expect_tokens(ids), model.context
    if len(text) < 2:
        raise ValueError(f"a text to be judged is the numbers of two tokens or more, (n,); got {short(text)}")
    if not is_whole(least) or not 0 <= least < context:
        raise ValueError(f"least is a whole number of tokens below the context {context}; got {short(least)}")
    count, team = len(text) - 1, expect_team(team)
    begins = [0, *range(context - least, max(count - least, 1), context - least)]
    begins = [begin for k, begin in enumerate(begins) if k == 0 or begin + least < count]
    found = np.full(count, np.nan if team.size == 1 else 0.0)
    full = [begin for begin in begins if begin + context <= count]
    groups = [full[i : i + batch_size] for i in range(0, len(full), batch_size)]
    groups += [[begin] for begin in begins if begin + context > count]  # the last piece may be shorter
    with evaluation_mode(model), no_grad(), np.errstate(all="ignore"):
        for group in groups[team.rank :: team.size]:
            size = min(context, count - group[0])
            places = np.array(group)[:, None] + np.arange(size)
            scores = np.asarray(model(text[places])[0].data, np.float64)
            scores -= scores.max(axis=-1, keepdims=True)
            logs = np.take_along_axis(scores, text[places + 1][..., None], axis=-1)[..., 0]
            logs -= np.log(np.exp(scores).sum(axis=-1))
            for begin, row in zip(group, logs, strict=True):
                new = 0 if begin == 0 else least
                found[begin + new : begin + size] = row[new:]
    team.add(found)
    return found

"""Training on pictures as the studio shows it: what may be chosen, a run that goes on between looks, and the looks.

A run is an ordinary run folder, trained by `fit` as a recipe says: `zerokara train --resume` goes on with it.
"""

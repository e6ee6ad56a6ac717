"""Several processes that train together, on one machine or on many: `mpiexec -n 4 python program.py`.

    from zerokara import parallel, training

    team = parallel.team()                                 # alone, a team of one: nothing of MPI is imported
    for record in training.fit(model, loader, optimizer, epochs=5, team=team):
        ...

The engine is MPI, through mpi4py (`zerokara[mpi]`). Every process runs the same program and has the same model; of each
batch it computes its share, and the gradients are added up. See `docs/parallel.md`.
"""

from zerokara.parallel.launched import launched
from zerokara.parallel.team import Team, TeamError, team
from zerokara.refusing import speaking_methods

__all__ = ["TeamError", "launched", "team"]

speaking_methods(Team, "gather", "gather_rows", "gather_texts", "share", "share_array", "share_json")

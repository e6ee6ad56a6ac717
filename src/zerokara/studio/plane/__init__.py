"""Training on the plane: small data sets, small networks, and a training that can be steered, rewound and branched.

Nothing here knows of a page; `studio/jobs/train.py` drives it.
"""

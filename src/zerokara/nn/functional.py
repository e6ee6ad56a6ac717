"""The functions of `zerokara.functional`, where PyTorch has them: `import zerokara.nn.functional as F`."""

from zerokara.functional import *  # noqa: F403

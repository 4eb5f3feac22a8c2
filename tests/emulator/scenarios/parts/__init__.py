"""Building blocks of the scenarios: each makes one thing, good unless told otherwise."""

from .common import ELSEWHERE, allow, arn, document  # noqa: F401
from .machines import *  # noqa: F403
from .people import *  # noqa: F403
from .storage import *  # noqa: F403
from .watch import *  # noqa: F403

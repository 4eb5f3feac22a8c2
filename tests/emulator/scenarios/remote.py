"""A bare account with a region in which AWS does not offer every service."""

from . import empty

ACCOUNT = empty.ACCOUNT
SEED = empty.SEED


def build(world):
    """As `empty`, in Osaka."""
    empty.build(world)
    world.regions = ["ap-northeast-3", "us-east-1"]
    world.settings["regions"] = world.regions

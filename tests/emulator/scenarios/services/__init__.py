"""One module a group of services: `seed(world)` puts good and bad facts there, `good(world)` only good ones."""

import importlib
import pkgutil


def all_services():
    """The modules, by name."""
    return [importlib.import_module(f"{__name__}.{module.name}") for module in sorted(pkgutil.iter_modules(__path__), key=str)]

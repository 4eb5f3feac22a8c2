"""The answers the overlay gives itself, by service and operation."""

import importlib
import pkgutil
from dataclasses import dataclass, field

HANDLERS = {}
BEFORE = {}


@dataclass
class Raw:
    """An answer that is already bytes."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""


def answers(service, *operations):
    """Registers a handler: `(call, ask_moto) -> answer`; an ApiError is the API's own error."""

    def register(handler):
        for operation in operations:
            HANDLERS[(service, operation)] = handler
        return handler

    return register


def before(service):
    """Registers what is looked at before any answer of a service."""

    def register(check):
        BEFORE.setdefault(service, []).append(check)
        return check

    return register


for _module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
    importlib.import_module(f"{__name__}.{_module.name}")

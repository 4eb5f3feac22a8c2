"""Finds the botocore service of a source."""

from functools import cache

from botocore.model import ServiceModel


def plain(text):
    return "".join(character for character in text.lower() if character.isalnum())


class Services:
    """Service models by the variable that overrides their endpoint: it is made of the service id, which is unique."""

    def __init__(self, loader):
        self.loader = loader
        self.names = loader.list_available_services("service-2")
        self.find = cache(self.find)

    def find(self, endpoint_variable, endpoint_prefix):
        """(name, model), or None if botocore knows no such service id."""
        wanted = {plain(endpoint_variable), plain(endpoint_prefix), plain(endpoint_variable.removesuffix("_SERVICE"))}
        likely = [name for name in self.names if plain(name) in wanted]
        for name in likely or self.names:
            model = ServiceModel(self.loader.load_service_model(name, "service-2"), name)
            if str(model.service_id).replace(" ", "_").upper() == endpoint_variable:
                return name, model
        return None

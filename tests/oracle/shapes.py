"""Replies as they are on the wire, from botocore's shapes."""

from botocore.model import ListShape, MapShape

XML = ("query", "ec2", "rest-xml")
INTEGERS = ("integer", "long", "short", "byte", "bigInteger")


class Entry:
    """A map's entry in XML: an element with a key and a value."""

    type_name = "structure"

    def __init__(self, shape):
        self.members = {shape.key.serialization.get("name", "key"): shape.key}
        self.members[shape.value.serialization.get("name", "value")] = shape.value


class Part:
    """What we make of several replies: a row with its parts, a list of all pages' items."""

    def __init__(self, type_name, members=None, member=None):
        self.type_name, self.members, self.member = type_name, members or {}, member


TEXT = Part("string")


class Wire:
    """Members by the names they have in a reply of a protocol."""

    def __init__(self, protocol):
        self.xml = protocol in XML

    def flattened(self, shape):
        return isinstance(shape, (ListShape, MapShape)) and bool(shape.serialization.get("flattened"))

    def members(self, shape):
        """{wire name: shape} of a structure's members in the body."""
        if isinstance(shape, (Part, Entry)):
            return dict(shape.members)
        found = {}
        for name, member in shape.members.items():
            where = member.serialization.get("location")
            if where in ("header", "headers", "statusCode", "uri", "querystring"):
                continue
            if member.serialization.get("xmlAttribute"):
                continue
            wire = member.serialization.get("name", name)
            if self.xml and self.flattened(member) and isinstance(member, ListShape):
                wire = member.member.serialization.get("name", wire)
            found[wire] = member
        return found

    def item(self, shape):
        """The shape of a list's items; of a map in XML, its entries."""
        if isinstance(shape, MapShape):
            return Entry(shape) if self.xml else None
        return shape.member if shape.type_name == "list" else None

    def wrapper(self, name, shape):
        """How the catalog names a list: `Wrapper.Item`, or the element's name if it is flattened."""
        if isinstance(shape, MapShape):
            return name if self.flattened(shape) else f"{name}.entry"
        if self.flattened(shape):
            return name
        return f"{name}.{shape.member.serialization.get('name', 'member')}"

    def follow(self, shape, path):
        """The shape at a dotted path, through lists on the way; None if there is nothing."""
        for name in [name for name in path.split(".") if name]:
            while shape is not None and self.item(shape) is not None:
                shape = self.item(shape)
            if shape is None or shape.type_name not in ("structure", "map"):
                return None
            if isinstance(shape, MapShape):
                shape = shape.value
            else:
                shape = self.members(shape).get(name)
        return shape

    def opened(self, shape):
        """What the catalog takes as one item: a list's items, else the thing itself."""
        item = self.item(shape)
        return shape if item is None else item

    def is_list(self, shape):
        return self.item(shape) is not None

    def body(self, operation):
        """What `read_body` makes of a reply: the output, or its payload."""
        output = operation.output_shape
        if output is None:
            return Part("structure")
        if operation.name == "GetBucketLocation":
            # The one reply whose root is its only member, a text: botocore has a handler for it.
            return TEXT
        payload = output.serialization.get("payload")
        return output.members[payload] if payload else output

    def elements(self, shape):
        """Every element of a reply, {name: {kind}}, and every list as the catalog names it, {name: wrapper}."""
        kinds, wrappers, seen = {}, {}, set()

        def visit(shape):
            if self.is_list(shape):
                visit(self.item(shape))
            elif isinstance(shape, MapShape):
                # Where AWS names all keys, they are as good as members.
                for name in getattr(shape.key, "enum", ()):
                    kinds.setdefault(name, set()).add(kind(shape.value))
                visit(shape.value)
            elif shape.type_name == "structure" and (name := getattr(shape, "name", id(shape))) not in seen:
                seen.add(name)
                for wire, member in self.members(shape).items():
                    kinds.setdefault(wire, set()).add(kind(member))
                    if self.is_list(member):
                        wrappers.setdefault(wire, set()).add(self.wrapper(wire, member))
                        inner = self.item(member)
                        if not self.flattened(member):
                            element = self.wrapper(wire, member).split(".", 1)[1]
                            kinds.setdefault(element, set()).add(kind(inner))
                    visit(member)

        visit(shape)
        return kinds, wrappers


def kind(shape):
    """What the catalog can say of an XML element: list, structure, boolean, integer, text."""
    if isinstance(shape, MapShape):
        return "list"
    if shape.type_name in INTEGERS:
        return "integer"
    return shape.type_name if shape.type_name in ("list", "structure", "boolean") else "text"



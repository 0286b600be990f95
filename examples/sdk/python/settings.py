"""Settings: JSON text checked against the part of JSON Schema that settings need.

A schema's `properties` may say `type` (`boolean`, `integer`, `number` or `string`), `enum`, `minimum`,
`exclusiveMinimum`, `maximum`, `exclusiveMaximum` and `default`. What has no default is required, and
what is not a property is refused.
"""

import json
import math

_LIMITS = {
    "minimum": (lambda value, limit: value >= limit, "at least"),
    "exclusiveMinimum": (lambda value, limit: value > limit, "more than"),
    "maximum": (lambda value, limit: value <= limit, "at most"),
    "exclusiveMaximum": (lambda value, limit: value < limit, "less than"),
}


def parse(schema, text):
    """The settings with their defaults, and complaints as pairs of a JSON Pointer and a message.

    Blank text counts as `{}`.
    """
    try:
        given = json.loads(text if text.strip() else "{}", parse_constant=_refuse)
    except ValueError as error:
        return {}, [("", str(error))]
    if not isinstance(given, dict):
        return {}, [("", "must be an object")]
    properties = schema["properties"]
    known = ", ".join(f"`{name}`" for name in properties)
    complaints = [
        (_pointer(name), f"is no setting; there are {known}") for name in given if name not in properties
    ]
    settings = {}
    for name, rules in properties.items():
        if name in given:
            settings[name] = given[name]
            complaint = _complaint(rules, given[name])
        elif "default" in rules:
            settings[name] = rules["default"]
            complaint = None
        else:
            complaint = "is required"
        if complaint:
            complaints.append((_pointer(name), complaint))
    return settings, complaints


def _complaint(rules, value):
    if not _is(rules.get("type"), value):
        return f"must be of type {rules['type']}"
    if "enum" in rules and value not in rules["enum"]:
        return f"must be one of {json.dumps(rules['enum'])}"
    for keyword, (holds, words) in _LIMITS.items():
        if keyword in rules and not holds(value, rules[keyword]):
            return f"must be {words} {rules[keyword]}"
    return None


def _is(kind, value):
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "string":
        return isinstance(value, str)
    if kind in ("integer", "number"):
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        return number and (kind == "number" or value == math.floor(value))
    return True


def _pointer(name):
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _refuse(constant):
    raise ValueError(f"{constant} is not JSON")

"""Values on their way between a world and Python."""

from componentize_py_types import Err
from wit_world.imports import log as host


def log(level, message):
    """Writes one line to the host's log."""
    host.write(host.Level[level.upper()], message)


def by_name(names, values, rows):
    """The columns, one after the other in `values`, by name."""
    return {name: values[at * rows : (at + 1) * rows] for at, name in enumerate(names)}


def or_why_not(run):
    """What `run` gives; what it raises becomes the one line that the world asks for."""
    try:
        return run()
    except Exception as error:
        raise Err(f"{type(error).__name__}: {error}") from error

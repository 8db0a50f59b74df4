"""YAML as people write data: maps, lists and text. No dates, numbers or yes-and-no that were meant as text, no references, no tags.

`resume_file.py` reads resumes with it. `2021-04` stays `2021-04`, and a file of a few lines cannot unfold into gigabytes.
"""

from typing import Any

import yaml


class InvalidYaml(ValueError):
    """The sentence begins with the line."""


class _Loader(yaml.SafeLoader):
    """Reads every scalar as text, except null."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        parser: Any = self  # the library has no types here
        if parser.check_event(yaml.events.AliasEvent):
            mark = parser.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="references (*name) are not understood here", problem_mark=mark)
        return super().compose_node(parent, index)


_NULL = "tag:yaml.org,2002:null"
_Loader.yaml_implicit_resolvers = {
    first: kept
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if (kept := [(tag, pattern) for tag, pattern in resolvers if tag == _NULL])
}


def load(content: str) -> Any:
    """The document's data. Raises `InvalidYaml`."""
    try:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - a loader that makes less than the safe one
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidYaml(f"line {mark.line + 1 if mark else 1}: this is not valid YAML ({error.problem or error.context}).") from error
    except yaml.YAMLError as error:
        raise InvalidYaml(f"line 1: this is not valid YAML ({' '.join(str(error).split())[:200]}).") from error
    except RecursionError:
        raise InvalidYaml("line 1: it is nested too deeply.") from None

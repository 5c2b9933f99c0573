"""The scripts and style sheets of `web/`, each with what it imports, as one text.

A notebook widget takes one text, and browsers refuse modules of a page that was opened from a
folder. So a module and those that it imports are put one after the other; their names must differ.
"""

import re
from pathlib import Path

WEB = Path(__file__).parent / "web"
IMPORT = re.compile(r'^(?:import \{[^}]*\} from|@import) "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)
DEFAULT = re.compile(r"^export default .*\n", re.MULTILINE)


def module(path: Path) -> str:
    """Return a module with all that it imports, as one module."""
    *others, last = _in_order(path, [])
    return "\n".join([EXPORT.sub("", DEFAULT.sub("", text)) for text in others] + [last])


def script(path: Path) -> str:
    """Return a module with all that it imports, as a script for any page; it exports nothing."""
    texts = [EXPORT.sub("", DEFAULT.sub("", text)) for text in _in_order(path, [])]
    return "(() => {\n" + "\n".join(texts) + "})();\n"


def style(path: Path) -> str:
    """Return a style sheet with all that it imports, as one."""
    return "\n".join(_in_order(path, []))


def _in_order(path: Path, seen: list[Path]) -> list[str]:
    """Return the texts of a module and of those that it imports, without imports, it last."""
    path = path.resolve()
    if path in seen:
        return []
    seen.append(path)
    text = path.read_text(encoding="utf-8")
    before = [part for name in IMPORT.findall(text) for part in _in_order(path.parent / name, seen)]
    return [*before, IMPORT.sub("", text)]

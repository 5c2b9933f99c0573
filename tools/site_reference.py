"""The reference of the helpers, as pages in MyST Markdown, from their docstrings.

griffe reads the package without importing it, and so without TensorFlow. What is public is what
`__init__.pyi` lists; of a module without such a list, what it defines without an underscore.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import griffe

PACKAGE = "mnist_helpers"
SHORT = "mh"  # as notebooks import it
FOLDER = "reference"
Member = griffe.Object | griffe.Alias
ADDRESS = re.compile(r"(?<![<`])(?<!\]\()https?://(?!127\.)[^\s)`]+[^\s).,`]")
LONG = 60  # characters; a longer value of a constant is not shown
FIELDS = {
    "parameters": "param",
    "raises": "raises",
    "attributes": "ivar",
    "other parameters": "param",
}


class SiteError(Exception):
    """The site cannot be made; the message says how to mend it."""


def pages(root: Path) -> dict[str, str]:
    """Write the reference: place of a page → its text.

    Args:
        root: The project's folder.

    Raises:
        SiteError: A name is listed that is nowhere.
    """
    package = griffe.load(
        PACKAGE,
        search_paths=[root],
        try_relative_path=False,  # else what lies in the current folder would come first
        docstring_parser="google",
        docstring_options=griffe.GoogleOptions(returns_named_value=False, warnings=False),
        allow_inspection=False,
        resolve_aliases=True,
    )
    written, rows = {}, []
    alone = []  # what is no module, such as mh.start
    for name, item in public(package):
        if not item.is_module:
            alone.append(entry(f"{SHORT}.{name}", item))
            continue
        written[f"{FOLDER}/{name}.md"] = module_page(f"{SHORT}.{name}", item)
        rows.append(f"- [`{SHORT}.{name}`]({name}.md): {summary(item)}")
    links = "\n".join(Path(place).stem for place in written)
    written[f"{FOLDER}/index.md"] = "\n\n".join(
        [
            "# The helpers",
            f"What the notebooks share: `import {PACKAGE} as {SHORT}`. These pages are made from "
            "the docstrings, and so say what `help` says.",
            "\n".join(rows),
            *alone,
            f"```{{toctree}}\n:hidden:\n\n{links}\n```\n",
        ]
    )
    return written


def public(module: Member) -> list[tuple[str, griffe.Object]]:
    """Return name and object of what a module offers, in the order of its list or its lines."""
    names = [name for name in module.imports if name != "lazy_loader"]
    listed = Path(str(module.filepath)).with_suffix(".pyi").is_file()
    if not listed:
        names = [
            name
            for name, member in module.members.items()
            if not (name.startswith("_") or member.is_alias or member.is_module)
            and (member.has_docstring or not member.is_attribute)
        ]
    return [(name, _target(module[name])) for name in names]


def _target(item: Member) -> griffe.Object:
    try:
        return item.final_target if isinstance(item, griffe.Alias) else item
    except griffe.AliasResolutionError as error:
        raise SiteError(
            f"{item.path} is listed in an __init__.pyi, and not found where that says. Give each "
            "name a line of its own, as in: NAME = value"
        ) from error


def module_page(name: str, module: Member) -> str:
    """Write the page of a module: what it is about, and each thing that it offers."""
    inner = []
    for short, item in public(module):
        if item.is_module:
            inner.append(f"## {name}.{short}\n\n{text_of(item)}")
            inner += [entry(f"{name}.{short}.{each}", it) for each, it in public(item)]
        else:
            inner.append(entry(f"{name}.{short}", item))
    return "\n\n".join([f"# {name}", text_of(module), *inner]) + "\n"


def entry(name: str, item: Member) -> str:
    """Write what is known of a function, a class or a constant."""
    parts = [directive(item, name, text_of(item))]
    if item.is_class:
        for method, member in item.members.items():
            if (
                isinstance(member, griffe.Function)
                and not method.startswith("_")
                and member.has_docstring
            ):
                parts.append(directive(member, f"{name}.{method}", text_of(member)))
    return "\n\n".join(parts)


def directive(item: Member, name: str, text: str) -> str:
    """Write the directive of Sphinx's Python domain for an object."""
    kind, signature = "data", name
    if isinstance(item, griffe.Attribute):
        value = str(item.value or "")
        text = "\n\n".join([f"= `{value}`" if 0 < len(value) <= LONG else "", text]).strip()
    elif item.is_class:
        kind, signature = "class", name + arguments(item.members.get("__init__"))
    else:
        kind = "method" if item.parent and item.parent.is_class else "function"
        signature = name + arguments(item)
    return f"`````{{py:{kind}}} {signature}\n\n{text}\n`````"


def arguments(function: Member | None) -> str:
    """Return the signature of a function without its name; of none, nothing."""
    if not isinstance(function, griffe.Function):
        return ""
    written = function.signature().removeprefix(function.name)
    written = re.sub(r"\(self(?:, )?", "(", written, count=1)
    return re.sub(r" -> None$", "", written) if function.name == "__init__" else written


def summary(item: Member) -> str:
    """Return the first line of a docstring."""
    return item.docstring.value.partition("\n")[0] if item.docstring else ""


def text_of(item: Member) -> str:
    """Turn a docstring into Markdown, with Sphinx's fields for arguments and errors."""
    return "\n\n".join(_sections(item)) if item.docstring else ""


def _sections(item: Member) -> Iterator[str]:
    assert item.docstring
    for section in item.docstring.parsed:
        kind = section.kind.value
        if kind == "text":
            yield ADDRESS.sub(r"<\g<0>>", section.value)
        elif kind in FIELDS:
            yield "\n".join(
                _field(f"{FIELDS[kind]} {getattr(one, 'name', None) or one.annotation}", one)
                for one in section.value
            )
        elif kind in ("returns", "yields"):
            yield "\n".join(_field(kind, one) for one in section.value)
        else:
            yield f"**{kind.capitalize()}.** {section.value}"


def _field(name: str, described: griffe.DocstringElement) -> str:
    text = described.description.strip().replace("\n", "\n    ")
    return f":{name}: {text}"

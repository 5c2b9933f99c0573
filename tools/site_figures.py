"""The figures to play with, on the site: their files, and what a page needs to show one."""

import html
import re
from pathlib import Path

from mnist_helpers.play import page, stills

# A cell that shows a figure as a widget
SHOWN = re.compile(r"\bmh\.play\.(Kernel|Descent|Threshold|Look)\(")
SMALL = ("Kernel", "Descent", "Threshold")
LOOK = f"""<section id="look" class="look">
<h2>Look inside while you draw</h2>
<p>Draw a digit. A network reads it, here in your browser: point at any number to see what made it.
<a href="look/index.html">It has a page of its own, too.</a></p>
<div id="digit-look-page"><noscript>
<img src="look/look.png" alt="{stills.ALT["look"]}">
</noscript></div>
<link rel="stylesheet" href="look/look.css">
<script src="look/networks.js"></script>
<script>for (const each of Object.values(mnistNetworks)) each.file = `look/${{each.file}}`;</script>
<script src="look/look.js"></script>
</section>"""


def write(folder: Path) -> None:
    """Write the files of all figures to the folder of the site."""
    page.write_look(folder / "look")
    page.write_figures(folder / "figures")


def all_small() -> str:
    """Return a section that shows the three small figures, for a page in a folder of the site."""
    shown = (in_lesson(f"mh.play.{name}(", stills.ALT[name.lower()]) for name in SMALL)
    look = '<p><a href="../index.html#look">Look inside while you draw</a>: on the first page.</p>'
    return "\n\n".join(["", "## Play with them here", look, *shown, ""])


def in_lesson(code: str, alt: str) -> str:
    """Return the HTML that shows the figure of a cell on the page of a notebook, or nothing.

    Args:
        code: Of the cell.
        alt: What the still picture shows, for where there is no JavaScript.
    """
    found = SHOWN.search(code)
    if not found:
        return ""
    name, alt = found[1].lower(), html.escape(alt)
    if name == "look":  # it is large, and works on the first page
        return (
            f'<p><a href="../index.html#look"><img src="../look/look.png" alt="{alt}"><br>\n'
            "Draw a digit, and look inside: on the first page</a></p>"
        )
    note = ""
    if name == "threshold":  # in the notebook, of the network that was trained
        note = "\n<p>Here it shows the answers of the network that ships with the series.</p>"
    return (
        f'<div data-figure="{name}"><img src="../figures/{name}.png" alt="{alt}"></div>\n'
        '<link rel="stylesheet" href="../figures/figures.css">\n'
        '<script defer src="../figures/figures.js"></script>\n'
        f'<script defer src="../figures/{name}.js"></script>{note}'
    )

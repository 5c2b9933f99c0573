"""How Sphinx makes the site; `tools/make_site.py` gives it the pages, and starts it."""

import os

project = "From pixels to a CNN at work"
html_title = project
language = "en"

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the notebooks are shown as they are committed
myst_enable_extensions = ["fieldlist"]
myst_heading_anchors = 4  # as the repository's web view names them
python_maximum_signature_line_length = 70
add_module_names = False

suppress_warnings = ["misc.highlighting_failure"]  # cells with commands of IPython

html_theme = os.environ.get("SITE_THEME", "furo")
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
templates_path = ["templates"]

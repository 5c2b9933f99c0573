"""How Sphinx makes the site; `tools/make_site.py` gives it the pages, and starts it."""

project = "From pixels to a CNN at work"
html_title = project
language = "en"

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the notebooks are shown as they are committed
nb_code_prompt_show, nb_code_prompt_hide = "Show the code", "Hide the code"
nb_render_markdown_format = "myst"  # tables that a cell writes, too
myst_enable_extensions = ["fieldlist", "html_image"]
myst_heading_anchors = 4  # as the repository's web view names them
add_module_names = False

suppress_warnings = ["misc.highlighting_failure"]  # cells with commands of IPython

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_sphinx = html_show_copyright = False

import re
import shutil
import subprocess

import pytest

from mnist_helpers.play import scripts
from mnist_helpers.serve import pad

ENTRIES = [scripts.WEB / f"{name}.js" for name in ("look", "kernel", "descent", "threshold")]
ENTRIES.append(pad.WEB / "pad.js")


def test_each_is_joined_once_and_in_order(tmp_path):
    imports = 'import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\n'
    (tmp_path / "a.js").write_text(f"{imports}b(c);\n")
    exports = "export function b() {}\nexport default 1;\n"
    (tmp_path / "b.js").write_text(f'import {{ c }} from "./c.js";\n{exports}')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    joined = "const c = 1;\n\nfunction b() {}\n\nb(c);\n"
    assert scripts.module(tmp_path / "a.js") == joined
    assert scripts.script(tmp_path / "a.js") == f"(() => {{\n{joined}}})();\n"


def test_a_style_sheet_takes_those_that_it_imports(tmp_path):
    (tmp_path / "a.css").write_text('@import "./b.css";\n.a {\n}\n')
    (tmp_path / "b.css").write_text(".b {\n}\n")
    assert scripts.style(tmp_path / "a.css") == ".b {\n}\n\n.a {\n}\n"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.stem)
def test_what_is_joined_is_whole_and_no_name_stands_twice(entry, tmp_path):
    module, script = scripts.module(entry), scripts.script(entry)
    assert not re.search(r"^import |^@import", module + script, re.MULTILINE)
    assert re.findall(r"^export default .*", module, re.MULTILINE) == ["export default { render };"]
    assert not re.search(r"^export", script, re.MULTILINE)
    node = shutil.which("node")
    if not node:
        pytest.skip("no node: install Node.js, with which JavaScript is tested")
    for text, name in ((module, "module.mjs"), (script, "script.cjs")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        subprocess.run([node, "--check", tmp_path / name], check=True)

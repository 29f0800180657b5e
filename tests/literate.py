"""Runs a Markdown page: its commands with the real program, in a scratch folder that looks like the top of the tree.

    ```console               `$ ` begins a command (lines that begin with `> ` go on with it), what follows it is its whole output, both
                             streams, but for the width of gaps; `...` stands for any lines, or within a line for anything.  No output said: any is right.
                             A command must end with exit code 0; `; echo "exit code $?"` shows another.
    ```console slurm         only where there is such a thing; left out otherwise
    ```yaml, csv, python ... a block whose first line is `# NAME.EXTENSION` (`<!-- NAME -->`) is that file
"""
import dataclasses
import os
import re
import subprocess

from conftest import PROGRAM, TOP

FENCE = re.compile(r"^```(\w+)[ ]*([^\n]*)\n(.*?)^```$", re.S | re.M)


@dataclasses.dataclass
class Block:
    line: int       # of the page
    language: str
    needs: str
    text: str


def blocks(page):
    text = page.read_text()
    return [Block(text[:m.start()].count("\n") + 1, m[1], m[2].strip(), m[3]) for m in FENCE.finditer(text)]


def commands(text):
    """[(command, claimed output)] of a console block."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0] += "\n" + line[2:]
        else:
            assert found, f"output before the first command: {line}"
            found[-1][1].append(line)
    return found


def differs(claimed, output):
    """None when the output is what was claimed, else a sentence."""
    def pattern(line):
        return r"(?:.*\n)*?" if line == "..." else ".*?".join(re.escape(part) for part in line.split("...")) + "\n"

    claimed, lines = ([" ".join(line.split()) for line in text] for text in (claimed, output.splitlines()))
    while lines and not lines[-1]:
        lines.pop()
    text = "".join(f"{line}\n" for line in lines)
    while claimed and not claimed[-1]:
        claimed.pop()
    if re.fullmatch("".join(map(pattern, claimed)), text):
        return None
    for n in range(len(claimed), 0, -1):  # how far it goes well
        if re.match("".join(map(pattern, claimed[:n - 1])), text) and not re.match("".join(map(pattern, claimed[:n])), text):
            return f"'{claimed[n - 1]}' is claimed; the output is\n{output}"
    return f"there is more output than is claimed:\n{output}"


def scratch(folder):
    """A folder with what a page may name."""
    for name in ("analysis", "configs", "models", "scripts", "sim", "tests", "CMakeLists.txt"):
        os.symlink(TOP / name, folder / name)
    (folder / "build").mkdir()
    os.symlink(PROGRAM, folder / "build/needlework")
    (folder / "results").mkdir()
    return folder


def run(page, folder, has=(), environment=None, seconds=400):
    """Writes the files and runs the commands of a page in order.  Returns sentences about what is not as the page says, and how many
    commands were run."""
    wrong, n = [], 0
    environment = {**os.environ, "MPLBACKEND": "Agg", "LC_ALL": "C.UTF-8", "NEEDLEWORK": PROGRAM, **(environment or {})}
    for block in blocks(page):
        name = re.match(r"# ([\w./-]+\.\w+)\n", block.text)
        if block.language == "console" and (not block.needs or block.needs in has):
            for command, claimed in commands(block.text):
                done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
                n += 1
                said = None if done.returncode else differs(claimed, done.stdout) if claimed else None
                if done.returncode:
                    said = f"exit code {done.returncode}:\n{done.stdout}"
                if said:
                    wrong.append(f"{page.name}:{block.line}: $ {command}\n{said}")
        elif name and block.language != "console":
            (folder / name[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / name[1]).write_text(block.text)
    return wrong, n

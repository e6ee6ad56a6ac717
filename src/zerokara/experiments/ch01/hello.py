"""`hello`: does the installation run a script and a class?"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Code, Paragraph, Text

SCRIPT = """\
import sys


class Person:
    \"\"\"Someone with a name.\"\"\"

    def __init__(self, name):
        self.name = name

    def greet(self):
        print(f"Hello, {self.name}!")

    def leave(self):
        print(f"Goodbye, {self.name}!")


print("This script is running.")
person = Person(sys.argv[1])
person.greet()
person.leave()
"""


@dataclass(frozen=True)
class Hello(Experiment):
    """A script with a class of its own, run by a Python of its own, as a reader runs the first script."""

    name = "hello"
    chapter = 1
    source = "Ch1 §1.4 hungry, man"
    title = Text("The first script", "はじめてのスクリプト")
    question = Text("Does the installation run a script and a class?", "スクリプトとクラスは正しく動くか？")
    turns = (
        Turn(
            Text(
                "An object keeps what it was given: with another name both lines change.",
                "オブジェクトは渡された値を覚えています。名前を変えると、2 つの行がどちらも変わります。",
            ),
            {"person": "Hanako"},
        ),
    )

    person: str = knob("David", "who is greeted", "あいさつする相手の名前")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.person.strip() or not self.person.isprintable():
            raise ValueError(f"person is a name on one line; got {self.person!r}")

    def measure(self, lab: Lab) -> Arrays:
        """Write the script into a file, run it, and keep every line that it prints."""
        with TemporaryDirectory() as folder:
            script = Path(folder) / "person.py"
            script.write_text(SCRIPT, encoding="utf-8")
            command = [sys.executable, "-X", "utf8", str(script), self.person]
            ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        return {
            "lines": np.array(ran.stdout.splitlines(), dtype=str),
            "complaint": np.array(ran.stderr),
            "code": np.array(ran.returncode),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The script, and what it printed."""
        return [
            Paragraph(t("The script person.py:", "スクリプト person.py：")),
            Code(SCRIPT),
            Paragraph(t("What it printed:", "実行すると表示されたもの：")),
            Code("\n".join(map(str, found["lines"])) + found.text("complaint")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many lines, and where the name comes from."""
        lines = list(map(str, found["lines"]))
        named = [line for line in lines if self.person in line]
        return [
            t(
                "The script printed {n} lines and ended with code {code} (0 means that nothing went wrong).",
                "スクリプトは {n} 行を表示し、終了コード {code} で終わりました（0 は正常終了）。",
                n=len(lines),
                code=int(found["code"]),
            ),
            t(
                "{k} of the lines contain “{name}”: the name is given once, when the object is made; "
                "self.name keeps it for every method.",
                "そのうち {k} 行に「{name}」が出てきます。名前を渡すのはオブジェクトを作るときの一度だけで、"
                "self.name がそれを覚え、どのメソッドからも使えます。",
                k=len(named),
                name=self.person,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Greeting and farewell, with the name as it was given."""
        lines = list(map(str, found["lines"]))
        greeted = [f"Hello, {self.person}!", f"Goodbye, {self.person}!"]
        return [
            near(t("exit code of the script", "スクリプトの終了コード"), found["code"], 0, evidence="A", law=True),
            near(t("lines printed", "表示された行数"), len(lines), 3, evidence="A", law=True),
            holds(
                t("greeting and farewell are printed, in this order", "あいさつと別れの言葉が、この順に表示される"),
                lines[1:] == greeted,
                "A",
                law=True,
            ),
        ]

"""The source file that is written: its imports, the names that are taken in it, and the parts it is made of."""

import ast
from functools import cache
from importlib.resources import files

from archsum.errors import Diagnostic
from archsum.interchange.building.names import Names


class Module:
    """The parts of a source file, in the order in which they were asked for."""

    def __init__(self, *taken: str) -> None:
        self.names = Names(taken)
        self.imports: set[str] = set()
        """The modules that are imported whole, such as `math`."""
        self.imported: dict[str, set[str]] = {}
        """What is imported from modules."""
        self.problems: list[Diagnostic] = []
        """What the framework cannot do."""
        self.parts: dict[str, list[str]] = {}
        """Functions and classes that stand before the network's own, by their names."""

    def use(self, module: str, name: str | None = None) -> str:
        """Import a module, or a name from it, and return what is written where it is used."""
        if name is None:
            self.imports.add(module)
            return module
        self.imported.setdefault(module, set()).add(name)
        return name

    def function(self, name: str) -> str:
        """Return what a function of formulas is called, one that Python lacks being copied into the file."""
        if name in ("ceil", "floor"):
            return f"{self.use('math')}.{name}"
        return self.copy("archsum.interchange.building", "rounding.py", name) if name == "make_divisible" else name

    def copy(self, package: str, file: str, name: str) -> str:
        """Copy a function or a class out of a file of source code, with what it needs, and return its name."""
        if name not in self.parts:
            definitions = _definitions(package, file)
            needed = [other for other in definitions if other != name and other in definitions[name][1]]
            for other in needed:
                self.copy(package, file, other)
            self.parts[name] = definitions[name][0]
            for module, imported in _imports(package, file).items():
                for word, what in imported.items():
                    if word in definitions[name][1]:
                        self.use(module, what)
        return name


@cache
def _definitions(package: str, file: str) -> dict[str, tuple[list[str], frozenset[str]]]:
    """Return the lines of each function and class of a file, and the names in it."""
    text, tree = _read(package, file)
    lines = text.splitlines()
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min(node.lineno, *(decorator.lineno for decorator in node.decorator_list), node.lineno)
            names = frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
            found[node.name] = lines[first - 1 : node.end_lineno], names
    return found


@cache
def _imports(package: str, file: str) -> dict[str, dict[str, str | None]]:
    """Return what a file imports, by modules: the names that it uses, and what they are of the module."""
    found: dict[str, dict[str, str | None]] = {}
    for node in _read(package, file)[1].body:
        if isinstance(node, ast.Import):
            found |= {alias.name: {alias.name: None} for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found[node.module] = {**found.get(node.module, {}), **{alias.name: alias.name for alias in node.names}}
    return found


@cache
def _read(package: str, file: str) -> tuple[str, ast.Module]:
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    return text, ast.parse(text)

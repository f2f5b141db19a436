"""Source code that was built → the model, made by that very code."""

import importlib
import itertools
import linecache
import sys
from types import ModuleType
from typing import Any

_NUMBERS = itertools.count(1)


def run(text: str, name: str, framework: str) -> Any:
    """Run the code in a module of its own, and return what its function of that name makes.

    Errors: ModuleNotFoundError where the framework is not installed.
    """
    try:
        importlib.import_module(framework)
    except ModuleNotFoundError as error:
        if error.name != framework:
            raise  # what the framework itself needs
        message = f"{framework} is not installed, which the model is made with; `pip install {framework}` brings it"
        raise ModuleNotFoundError(message, name=framework) from None
    module = ModuleType(f"archsum_built_{next(_NUMBERS)}")
    file = f"<{module.__name__}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # tracebacks show it
    sys.modules[module.__name__] = module
    exec(compile(text, file, "exec"), vars(module))
    return getattr(module, name)()

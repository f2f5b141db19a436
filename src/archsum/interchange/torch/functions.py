"""PyTorch's functions, and what layers each is."""

from archsum.interchange.torch.modules import reshaped
from archsum.interchange.torch.steps import Reader, Step, Steps, View


def add(view: View) -> Steps:
    return [Step("add", {}, tuple(view.tensors), aligned=True)]


FUNCTIONS: dict[str, Reader] = {
    **dict.fromkeys(("add", "iadd", "radd"), add),
    **dict.fromkeys(("flatten", "view", "reshape", "squeeze", "unsqueeze"), reshaped),
}
"""By their names without underscores."""

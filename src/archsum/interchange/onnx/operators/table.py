"""What a rule is: it adds the layers that an operator becomes, or says why it cannot."""

from collections.abc import Callable

from archsum.interchange.onnx.call import Call

Rule = Callable[[Call], None]

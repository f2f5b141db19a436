"""The real model of each network in examples/.

To add a file, add a line to ZOO: the file's stem, the real model, and if need be the variables and the input with which
the file describes that model. All comparisons of test_zoo.py follow: every weight and the output of its layer, the
totals, and for torchvision the MACs, counted and published. A file may have several lines, for variants of its network
or for the models of both libraries. Where the two libraries differ, a file follows one of them, and only that is here.

    Entry("resnet", Torchvision("resnet152"), {"depths": [3, 8, 36, 3]}),
    Entry("efficientnet", Application("EfficientNetB7"), {"width": 2.0, "depth": 3.1}, input=(600, 600, 3)),
    Entry("googlenet", Torchvision("googlenet", {"aux_logits": False})),
    Entry("inception_v3", Torchvision("inception_v3", published=False), {"auxiliary": True}),
    Entry("regnet_y_400mf", Torchvision("regnet_y_400mf", device="cpu")),
    Entry("gpt2", Written(gpt2_small)),
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.parity.keras_models import Application
from tests.parity.real_models import RealModel
from tests.parity.torch_models import Torchvision


class Entry(NamedTuple):
    """A file of examples/, and the real model that it describes."""

    file: str
    model: RealModel
    variables: Mapping[str, Any] = {}
    input: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return ", ".join([self.file, *(f"{name}={value}" for name, value in self.variables.items()), str(self.model)])


ZOO = [
    Entry("alexnet_torchvision", Torchvision("alexnet")),
    Entry("vgg16", Application("VGG16")),
    Entry("vgg16", Torchvision("vgg16")),
]

WITHOUT_REAL_MODEL = {
    "alexnet": "the paper's; neither library has its groups. test_examples.py holds it to the paper's neurons",
    "autoencoder": "of Keras's examples; test_examples.py writes it out in Keras",
    "galaxy_zoo": "Lasagne's, with untied biases; test_examples.py holds it to its documentation",
    "keyword_spotting": "MLPerf Tiny's; test_examples.py holds it to the published counts",
    "lenet5": "the paper's; test_examples.py holds it to the paper's counts",
    "text_cnn": "of Keras's examples; test_examples.py writes it out in Keras",
    "voxnet": "Lasagne's; test_examples.py writes it out in Keras",
}
"""Files whose network neither library has, and what they are held to. Each also keeps its own line `# expected:`."""

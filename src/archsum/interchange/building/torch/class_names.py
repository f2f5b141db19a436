"""Names of blocks and networks → names of classes."""

import ast
import re
from functools import cache
from importlib.resources import files

from archsum.interchange.building.names import identifier

PACKAGE, PIECES = "archsum.interchange.building.torch", "pieces.py"
"""Where the source code is of what PyTorch lacks."""


def class_name(name: str) -> str:
    """Return a name for a class: that of a block or a network, with capitals."""
    words = re.split(r"[_\W]+", identifier(name, "network"))
    return "".join(_SPELLED.get(word, word[:1].upper() + word[1:]) for word in words if word)


_SPELLED = {
    "bn": "BN", "relu": "ReLU", "lstm": "LSTM", "gru": "GRU", "resnet": "ResNet", "resnet18": "ResNet18",
    "resnet50": "ResNet50", "resnext50": "ResNeXt50", "densenet121": "DenseNet121", "convnext": "ConvNeXt",
    "mobilenet": "MobileNet", "efficientnet": "EfficientNet", "googlenet": "GoogLeNet", "mbconv": "MBConv",
    "vgg16": "VGG16", "unet": "UNet", "vit": "ViT", "gpt2": "GPT2", "dcgan": "DCGAN", "cnn": "CNN",
    "shufflenet": "ShuffleNet", "squeezenet1": "SqueezeNet1", "regnet": "RegNet", "mnasnet": "MNASNet",
    "wavenet": "WaveNet", "segnet": "SegNet", "voxnet": "VoxNet", "alexnet": "AlexNet", "lenet5": "LeNet5",
    "nasnet": "NASNet", "mlperf": "MLPerf", "sppf": "SPPF", "seq2seq": "Seq2Seq",
    "yolov8n": "YOLOv8n", "400mf": "400MF",
}  # fmt: skip
"""Words whose capitals are not those of the first letter."""


@cache
def pieces() -> frozenset[str]:
    """Return the names of what PyTorch lacks, which may be copied into a file."""
    tree = ast.parse(files(PACKAGE).joinpath(PIECES).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))

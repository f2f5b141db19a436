"""The real model of each network in examples/.

To add a file, add a line to ZOO: the file's stem, the real model, and if need be the variables and the input with which
the file describes that model. All comparisons of test_zoo.py follow: every weight and the output of its layer, the
totals, and for torchvision the MACs, counted and published. A file may have several lines, for variants of its network
or for the models of both libraries. Where the two libraries differ, a file follows one of them, and only that is here.

    Entry("resnet50", Torchvision("resnet152"), {"depths": [3, 8, 36, 3]}),
    Entry("efficientnet", Application("EfficientNetB7"), {"width": 2.0, "depth": 3.1}, input=(600, 600, 3)),
    Entry("googlenet", Torchvision("googlenet", {"aux_logits": False})),
    Entry("inception_v3", Torchvision("inception_v3", published=False)),
    Entry("regnet_y_400mf", Torchvision("regnet_y_400mf", device="cpu")),
    Entry("gpt2", Written(gpt2_small)),
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.support.parity.keras_models import Application
from tests.support.parity.real_models import RealModel
from tests.support.parity.torch_models import Torchvision
from tests.support.parity.written_in_keras import (
    WrittenInKeras,
    anomaly_detection,
    bidirectional_lstm,
    image_classification,
    keyword_spotting,
    letter_by_letter_translation,
    siamese_twins,
    unet,
    video_prediction,
    visual_wake_words,
)
from tests.support.parity.written_models import Written, dcgan_generator, gpt2_small, t5_small


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
    Entry("conv_lstm", WrittenInKeras(video_prediction)),
    Entry("convnext", Application("ConvNeXtTiny")),
    Entry("convnext", Torchvision("convnext_tiny")),
    Entry("convnext", Torchvision("convnext_base"), {"depths": [3, 3, 27, 3], "widths": [128, 256, 512, 1024]}),
    Entry("dcgan_generator", Written(dcgan_generator)),
    Entry("densenet121", Application("DenseNet121")),
    Entry("densenet121", Torchvision("densenet121")),
    Entry("densenet121", Torchvision("densenet161"), {"growth": 48, "depths": [6, 12, 36, 24]}),
    Entry("efficientnet", Torchvision("efficientnet_b0")),
    Entry("efficientnet", Torchvision("efficientnet_b7"), {"width": 2.0, "depth": 3.1}, input=(3, 600, 600)),
    Entry("googlenet", Torchvision("googlenet", {"aux_logits": False})),
    Entry("gpt2", Written(gpt2_small)),
    Entry("inception_v3", Torchvision("inception_v3", published=False)),
    Entry("inception_v3", Torchvision("inception_v3", {"aux_logits": False}), {"auxiliary": False}),
    Entry("lstm_text_classifier", WrittenInKeras(bidirectional_lstm)),
    Entry("mlperf_tiny_anomaly_detection", WrittenInKeras(anomaly_detection), {"folded": False}),
    Entry("mlperf_tiny_image_classification", WrittenInKeras(image_classification), {"folded": False}),
    Entry("mlperf_tiny_keyword_spotting", WrittenInKeras(keyword_spotting), {"folded": False}),
    Entry("mlperf_tiny_visual_wake_words", WrittenInKeras(visual_wake_words), {"folded": False}),
    Entry("mnasnet", Torchvision("mnasnet1_0")),
    Entry("mnasnet", Torchvision("mnasnet0_5"), {"width": 0.5}),
    Entry("mobilenet_v1", Application("MobileNet")),
    Entry("mobilenet_v2", Application("MobileNetV2")),
    Entry("mobilenet_v2", Torchvision("mobilenet_v2")),
    Entry("mobilenet_v3_large", Torchvision("mobilenet_v3_large")),
    Entry("nasnet_mobile", Application("NASNetMobile")),
    Entry("regnet_y_400mf", Torchvision("regnet_y_400mf", device="cpu")),
    Entry(
        "regnet_y_400mf",
        Torchvision("regnet_y_1_6gf", device="cpu"),
        {"widths": [48, 120, 336, 888], "depths": [2, 6, 17, 2], "group_width": 24},
    ),
    Entry(
        "regnet_y_400mf",
        Torchvision("regnet_x_400mf", device="cpu"),
        {"widths": [32, 64, 160, 400], "depths": [1, 2, 7, 12], "group_width": 16, "squeeze": 0},
    ),
    Entry("resnet18", Torchvision("resnet18")),
    Entry("resnet18", Torchvision("resnet34"), {"depths": [3, 4, 6, 3]}),
    Entry("resnet50", Torchvision("resnet50")),
    Entry("resnet50", Torchvision("resnet152"), {"depths": [3, 8, 36, 3]}),
    Entry("resnext50_32x4d", Torchvision("resnext50_32x4d")),
    Entry("seq2seq", WrittenInKeras(letter_by_letter_translation)),
    Entry("shufflenet_v2", Torchvision("shufflenet_v2_x1_0")),
    Entry("shufflenet_v2", Torchvision("shufflenet_v2_x2_0"), {"widths": [244, 488, 976], "last": 2048}),
    Entry("siamese", WrittenInKeras(siamese_twins)),
    Entry("squeezenet1_1", Torchvision("squeezenet1_1")),
    Entry("swin", Torchvision("swin_t")),
    Entry("swin", Torchvision("swin_s"), {"depths": [2, 2, 18, 2]}),
    Entry("swin", Torchvision("swin_b"), {"depths": [2, 2, 18, 2], "width": 128, "heads": [4, 8, 16, 32]}),
    Entry("t5", Written(t5_small)),
    Entry("unet", WrittenInKeras(unet)),
    Entry("vgg16", Application("VGG16")),
    Entry("vgg16", Torchvision("vgg16")),
    Entry("vgg16_torchvision", Torchvision("vgg16")),
    Entry("vgg16_torchvision", Torchvision("vgg16_bn"), {"batch_norm": True}),
    Entry("vgg16_torchvision", Torchvision("vgg11"), {"depths": [1, 1, 2, 2, 2]}),
    Entry("vgg16_torchvision", Torchvision("vgg19_bn"), {"depths": [2, 2, 4, 4, 4], "batch_norm": True}),
    Entry("vit", Torchvision("vit_b_16")),
    Entry("vit", Torchvision("vit_l_16"), {"width": 1024, "depth": 24, "heads": 16}),
    Entry("xception", Application("Xception")),
]

WITHOUT_REAL_MODEL = {
    "alexnet": "the paper's; neither library has its groups. test_examples.py holds it to the paper's neurons",
    "autoencoder": "of Keras's examples; test_examples.py writes it out in Keras",
    "galaxy_zoo": "Lasagne's, with untied biases; test_examples.py holds it to its documentation",
    "lenet5": "the paper's; test_examples.py holds it to the paper's counts",
    "nasbench_101": "its authors'; test_search_space.py writes its cells out in PyTorch",
    "segnet": "the paper's; test_segnet.py counts its convolutions in PyTorch",
    "text_cnn": "of Keras's examples; test_examples.py writes it out in Keras",
    "voxnet": "Lasagne's; test_examples.py writes it out in Keras",
    "wavenet": "the paper's; test_examples.py writes it out in Keras",
    "yolov8n": "Ultralytics's; its first lines have what Ultralytics publishes",
}
"""Files whose network neither library has, and what they are held to. Each also keeps its own line `# expected:`."""

"""The 40 models of keras.applications: each layer, weight and shape; and as many multiply-accumulates as published."""

import io
from pathlib import Path
from typing import Any

import keras
import pytest

from archsum.interchange.checking import checked
from archsum.interchange.imported import Options
from archsum.interchange.keras.live import read_model
from archsum.propagate import propagate
from archsum.sources import load
from tests.interchange.keras.comparing import compare

pytestmark = pytest.mark.filterwarnings("ignore")

MODELS: dict[str, tuple[int, int]] = {
    "ConvNeXtBase": (88_591_464, 15_354_729_472),
    "ConvNeXtLarge": (197_767_336, 34_361_433_600),
    "ConvNeXtSmall": (50_223_688, 8_683_712_256),
    "ConvNeXtTiny": (28_589_128, 4_455_531_264),
    "ConvNeXtXLarge": (350_196_968, 60_921_030_656),
    "DenseNet121": (8_062_504, 2_834_161_664),
    "DenseNet169": (14_307_880, 3_359_843_328),
    "DenseNet201": (20_242_984, 4_291_365_888),
    "EfficientNetB0": (5_330_571, 385_814_752),
    "EfficientNetB1": (7_856_239, 686_802_832),
    "EfficientNetB2": (9_177_569, 993_561_872),
    "EfficientNetB3": (12_320_535, 1_827_141_392),
    "EfficientNetB4": (19_466_823, 4_393_771_024),
    "EfficientNetB5": (30_562_527, 10_266_384_752),
    "EfficientNetB6": (43_265_143, 19_067_593_536),
    "EfficientNetB7": (66_658_687, 37_745_884_192),
    "EfficientNetV2B0": (7_200_312, 718_086_176),
    "EfficientNetV2B1": (8_212_124, 1_196_819_360),
    "EfficientNetV2B2": (10_178_374, 1_697_542_832),
    "EfficientNetV2B3": (14_467_622, 3_011_458_816),
    "EfficientNetV2L": (119_027_848, 56_079_699_008),
    "EfficientNetV2M": (54_431_388, 24_582_460_384),
    "EfficientNetV2S": (21_612_360, 8_365_617_152),
    "InceptionResNetV2": (55_873_736, 13_155_794_016),
    "InceptionV3": (23_851_784, 5_713_216_096),
    "MobileNet": (4_253_864, 568_740_352),
    "MobileNetV2": (3_538_984, 300_774_272),
    "MobileNetV3Large": (5_507_432, 216_589_760),
    "MobileNetV3Small": (2_554_968, 56_510_400),
    "NASNetLarge": (88_949_818, 23_783_414_658),
    "NASNetMobile": (5_326_716, 563_638_816),
    "ResNet101": (44_707_176, 7_570_194_432),
    "ResNet101V2": (44_675_560, 7_194_476_544),
    "ResNet152": (60_419_944, 11_282_415_616),
    "ResNet152V2": (60_380_648, 10_906_697_728),
    "ResNet50": (25_636_712, 3_857_973_248),
    "ResNet50V2": (25_613_800, 3_482_255_360),
    "VGG16": (138_357_544, 15_470_264_320),
    "VGG19": (143_667_240, 19_632_062_464),
    "Xception": (22_910_480, 8_357_403_496),
}
"""The parameters, and the multiply-accumulates for 224 × 224 pixels, or the size that the model is made for."""

SMALL = (
    *("ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "InceptionResNetV2", "InceptionV3"),
    *("MobileNet", "MobileNetV2", "MobileNetV3Small", "NASNetMobile", "ResNet50", "ResNet50V2", "VGG16", "Xception"),
)
"""One of each family."""


def build(name: str, **arguments: Any) -> Any:
    return getattr(keras.applications, name)(weights=None, **arguments)


@pytest.mark.parametrize("name", MODELS)
def test_whole(name: str) -> None:
    model = build(name)
    params, macs = MODELS[name]
    sizes = (224, 224, 3) if name.startswith("MobileNetV3") else None
    network = load(io.StringIO(model.to_json()), input=sizes)
    summary = propagate(network.graph)
    compare(model, summary)
    assert (summary.params, summary.macs) == (params, macs)
    assert not network.warnings
    live = propagate(checked(read_model(model, name, Options(sizes))).graph)
    assert (live.params, live.trainable_params, live.macs) == (params, summary.trainable_params, macs)


@pytest.mark.parametrize("name", SMALL)
def test_without_top(name: str) -> None:
    model = build(name, include_top=False, input_shape=(96, 96, 3))
    compare(model, propagate(load(io.StringIO(model.to_json())).graph))


@pytest.mark.parametrize("name", ["MobileNet", "MobileNetV2", "ResNet50", "VGG16", "VGG19"])
def test_channels_first(name: str) -> None:
    keras.config.set_image_data_format("channels_first")
    try:
        model = build(name, include_top=False, input_shape=(3, 96, 96))
    finally:
        keras.config.set_image_data_format("channels_last")
    compare(model, propagate(load(io.StringIO(model.to_json())).graph))


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", ["MobileNetV2", "MobileNetV3Small", "EfficientNetB0"])
def test_files(name: str, ending: str, tmp_path: Path) -> None:
    model = build(name, input_shape=(64, 64, 3))
    path = tmp_path / f"model.{ending}"
    model.save(path)
    compare(model, propagate(load(path).graph))

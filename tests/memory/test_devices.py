import io
from typing import Any

import pytest

from archsum import load
from archsum.errors import FieldError
from archsum.language.spec.budget import StatedDevice
from archsum.memory.devices import DEVICES, Device, find_device, gpus

LISTED = "`archsum devices` lists those that are built in; the file's `devices` adds your own, and `24GB` is a GPU"


def stated(**fields: Any) -> Device:
    return find_device("mine", {"mine": StatedDevice.model_validate(fields)})


def suggestion(name: str, **own: StatedDevice) -> str | None:
    with pytest.raises(FieldError) as caught:
        find_device(name, own)
    return caught.value.cure


@pytest.mark.parametrize(
    ("name", "memory", "flash"),
    [
        # PlatformIO's board files.
        ("nano33ble", 262_144, 983_040),
        ("stm32f746-disco", 327_680, 1_048_576),
        ("nucleo-f411re", 131_072, 524_288),
        ("nucleo-f767zi", 524_288, 2_097_152),
        ("nucleo-h743zi", 524_288, 2_097_152),
        ("nucleo-l4r5zi", 655_360, 2_097_152),
        ("esp32-s3", 327_680, 8_388_608),
        ("esp32", 327_680, 4_194_304),
        ("pico", 270_336, 2_097_152),
        # NVIDIA's datasheets.
        ("t4", 16 * 10**9, None),
        ("l4", 24 * 10**9, None),
        ("a100-40gb", 40 * 10**9, None),
        ("a100-80gb", 80 * 10**9, None),
        ("h100", 80 * 10**9, None),
        ("h200", 141 * 10**9, None),
        ("b200", 192 * 10**9, None),
        ("jetson-orin-nano-4gb", 4 * 10**9, None),
        ("jetson-orin-nano-8gb", 8 * 10**9, None),
        ("v100-16gb", 16 * 10**9, None),
        ("v100-32gb", 32 * 10**9, None),
        ("a10", 24 * 10**9, None),
        ("a10g", 24 * 10**9, None),
        ("a40", 48 * 10**9, None),
        ("l40s", 48 * 10**9, None),
        ("rtx3060", 12 * 10**9, None),
        ("rtx3060ti", 8 * 10**9, None),
        ("rtx3070", 8 * 10**9, None),
        ("rtx3070ti", 8 * 10**9, None),
        ("rtx3080", 10 * 10**9, None),
        ("rtx3080ti", 12 * 10**9, None),
        ("rtx3090", 24 * 10**9, None),
        ("rtx3090ti", 24 * 10**9, None),
        ("rtx4060", 8 * 10**9, None),
        ("rtx4060ti-8gb", 8 * 10**9, None),
        ("rtx4060ti-16gb", 16 * 10**9, None),
        ("rtx4070", 12 * 10**9, None),
        ("rtx4070super", 12 * 10**9, None),
        ("rtx4070ti", 12 * 10**9, None),
        ("rtx4070tisuper", 16 * 10**9, None),
        ("rtx4080", 16 * 10**9, None),
        ("rtx4080super", 16 * 10**9, None),
        ("rtx4090", 24 * 10**9, None),
        ("rtx5060", 8 * 10**9, None),
        ("rtx5060ti-8gb", 8 * 10**9, None),
        ("rtx5060ti-16gb", 16 * 10**9, None),
        ("rtx5070", 12 * 10**9, None),
        ("rtx5070ti", 16 * 10**9, None),
        ("rtx5080", 16 * 10**9, None),
        ("rtx5090", 32 * 10**9, None),
        ("a6000", 48 * 10**9, None),
        ("rtx6000-ada", 48 * 10**9, None),
        ("rtx-pro-6000", 96 * 10**9, None),
        # ROCm's and Google's documentation.
        ("mi210", 64 * 10**9, None),
        ("mi250x", 64 * 10**9, None),
        ("mi300x", 192 * 10**9, None),
        ("tpu-v5e", 16 * 10**9, None),
        ("tpu-v6e", 32 * 10**9, None),
        *((f"apple-{size}gb", size * 10**9, None) for size in (8, 16, 18, 24, 32, 36, 48, 64, 96, 128, 192, 256, 512)),
    ],
)
def test_built_in(name: str, memory: int, flash: int | None) -> None:
    device = find_device(name, {})
    assert (device.memory, device.flash) == (memory, flash)
    assert 0 < device.available < device.memory
    assert flash is None or 0 < (device.available_flash or 0) < flash
    assert (device.available_flash is None) == (flash is None)


def test_every_device_is_tested_and_has_its_source() -> None:
    assert len(DEVICES) == 70
    assert all(device.source.startswith("https://") and device.device_class.why for device in DEVICES.values())


def test_capitals_make_no_difference() -> None:
    assert find_device("H100", {}).name == "h100"


@pytest.mark.parametrize("name", ["rtx4090", "RTX-4090", "RTX 4090", "rtx_4090"])
def test_hyphens_and_blanks_make_no_difference(name: str) -> None:
    assert find_device(name, {}).name == "rtx4090"


@pytest.mark.parametrize(
    ("name", "memory"), [("24GB", 24 * 10**9), ("24 GiB", 24 * 2**30), ("1.5 TB", 15 * 10**11), ("512MB", 512 * 10**6)]
)
def test_a_gpu_by_its_memory(name: str, memory: int) -> None:
    device = find_device(name, {})
    assert (device.memory, device.flash, device.title) == (memory, None, f"a GPU of {name}")
    assert device.held_back == DEVICES["l4"].held_back
    own = StatedDevice.model_validate({"memory": 1})
    assert find_device(name, {name: own}).memory == 1


def test_gpus_are_all_that_are_no_microcontrollers() -> None:
    mine = {
        "mine": StatedDevice.model_validate({"memory": "2 GB"}),
        "board": StatedDevice.model_validate({"ram": "2 kB", "flash": "1 MB"}),
        "t4": StatedDevice.model_validate({"memory": "3 GB"}),
    }
    found = {device.name: device for device in gpus(mine)}
    assert list(found)[:3] == ["mine", "t4", "v100-16gb"]
    assert found["t4"].memory == 3 * 10**9
    assert len(found) == len(DEVICES) - 9 + 1


def test_t4_leaves_no_more_than_its_driver_shows() -> None:
    """`deviceQuery` prints 15,843,721,216 bytes; CUDA's context takes some 0.3 GB of them."""
    assert find_device("t4", {}).available <= 15_843_721_216 - 300_000_000


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("nano33bel", "did you mean `nano33ble`?"),
        ("h10", "did you mean `h100`?"),
        ("a100", "did you mean `a100-40gb` or `a100-80gb`?"),
        ("Jetson-Orin-Nano", "did you mean `jetson-orin-nano-4gb` or `jetson-orin-nano-8gb`?"),
        ("stm32f746", "did you mean `stm32f746-disco`?"),
        ("RTX 4060 Ti", "did you mean `rtx4060ti-8gb` or `rtx4060ti-16gb`?"),
        (
            "toaster",
            LISTED,
        ),
        (
            "",
            LISTED,
        ),
        ("my_bord", "did you mean `my_board`?"),
    ],
)
def test_misspelt(name: str, cure: str) -> None:
    assert suggestion(name, my_board=StatedDevice.model_validate({"memory": 1})) == cure


def test_stated_devices() -> None:
    gpu, board = stated(memory="24 GB"), stated(ram="256 KiB", flash="1 MiB")
    assert (gpu.memory, gpu.flash, gpu.held_back) == (24 * 10**9, None, DEVICES["l4"].held_back)
    assert (board.memory, board.flash) == (2**18, 2**20)
    assert (board.held_back, board.flash_held_back) == (2**15, 2**16)
    own = stated(ram="256 KiB", flash="1 MiB", held_back="0", flash_held_back="128 KiB")
    assert (own.available, own.available_flash) == (2**18, 2**20 - 2**17)


def test_small_device_leaves_nothing() -> None:
    small = stated(ram="16 KiB", flash="32 KiB")
    assert (small.memory, small.source, small.flash) == (2**14, "the file itself", 2**15)
    assert (small.available, small.available_flash, stated(memory="1 GB").available) == (0, 0, 0)


def test_file_s_devices_come_with_the_network_and_may_have_formulas() -> None:
    text = "input: [8]\nvariables: {kib: 256}\nlayers: [flatten]\n"
    network = load(io.StringIO(f"{text}devices:\n  pico: {{ram: =1024 * kib, flash: 1 MiB}}\n"))
    assert find_device("pico", network.devices).memory == 2**18
    assert load(io.StringIO(text)).devices == {}
    assert load(io.StringIO(f"{text}devices:\n")).devices == {}

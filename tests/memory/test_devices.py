import io
from typing import Any

import pytest

from archsum import load
from archsum.errors import FieldError
from archsum.language.spec.budget import StatedDevice
from archsum.memory.devices import DEVICES, Device, find_device


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
    ],
)
def test_built_in(name: str, memory: int, flash: int | None) -> None:
    device = find_device(name, {})
    assert (device.memory, device.flash) == (memory, flash)
    assert 0 < device.available < device.memory
    assert flash is None or 0 < (device.available_flash or 0) < flash
    assert (device.available_flash is None) == (flash is None)


def test_every_device_is_tested_and_has_its_source() -> None:
    assert len(DEVICES) == 18
    assert all(device.source.startswith("https://") and device.device_class.why for device in DEVICES.values())


def test_capitals_make_no_difference() -> None:
    assert find_device("H100", {}).name == "h100"


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
        ("stm32f746disco", "did you mean `stm32f746-disco`?"),
        ("toaster", "`archsum devices` lists those that are built in; the file's `devices` adds your own"),
        ("", "`archsum devices` lists those that are built in; the file's `devices` adds your own"),
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
    assert stated(ram="16 KiB", flash="32 KiB")[3:] == (2**14, "the file itself", 2**15, None, None)
    assert (stated(ram="16 KiB", flash="32 KiB").available, stated(memory="1 GB").available) == (0, 0)


def test_file_s_devices_come_with_the_network_and_may_have_formulas() -> None:
    text = "input: [8]\nvariables: {kib: 256}\nlayers: [flatten]\n"
    network = load(io.StringIO(f"{text}devices:\n  pico: {{ram: =1024 * kib, flash: 1 MiB}}\n"))
    assert find_device("pico", network.devices).memory == 2**18
    assert load(io.StringIO(text)).devices == {}
    assert load(io.StringIO(f"{text}devices:\n")).devices == {}

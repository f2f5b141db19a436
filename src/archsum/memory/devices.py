"""Devices that networks are trained and run on: what memory they have, and what of it is not for the network."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from archsum.errors import FieldError, closest, enumerate_words, quote
from archsum.language.spec.budget import StatedDevice
from archsum.language.spec.quantities import parse_bytes

GB, KIB, MIB = 10**9, 2**10, 2**20

_MEMORY = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})? ?[MGT]i?B")
_LEFT_OUT = str.maketrans("", "", "-_ ")
_MAX_SUGGESTED = 5


class DeviceClass(NamedTuple):
    """A class of device: what is held back of its memory, and of its flash, for what is not the network, and why."""

    title: str
    held_back: int
    flash_held_back: int
    why: str


GPU = DeviceClass(
    "GPUs",
    GB,
    0,
    "CUDA's context, which holds the driver's state and the kernels of libraries: 0.3 GB with what is loaded when it "
    "is needed, over 1 GB before CUDA 11.7 (https://github.com/pytorch/pytorch/issues/107667), and as much for what "
    "others have in its place. What a desktop shows takes more. Datasheets' GB are 10⁹ bytes here; a driver shows up "
    "to 7 % more, or 1 % less.",
)
SHARED = DeviceClass(
    "GPUs that share their memory with the system",
    2 * GB,
    0,
    "The operating system, which takes 1.5 to 2 GB before anything runs "
    "(https://edgeaistack.app/engines/memory-estimator), and CUDA's context.",
)
APPLE = DeviceClass(
    "Apple's chips, by their unified memory",
    0,
    0,
    "What macOS does not let the GPU use unless told to: a third of the memory up to 36 GB, a quarter of more "
    "(https://stencel.io/posts/apple-silicon-limitations-with-usage-on-local-llm%20.html).",
)
MICROCONTROLLER = DeviceClass(
    "Microcontrollers",
    32 * KIB,
    64 * KIB,
    "RAM: what TensorFlow Lite Micro keeps beside its tensors (7 to 30 kB for MLPerf Tiny's networks on 64 bits, half "
    "on 32), and the stack. Flash: the runtime, its kernels and the program. Both are estimates: state your program's.",
)
DEVICE_CLASSES = (GPU, SHARED, APPLE, MICROCONTROLLER)


class Device(NamedTuple):
    """A device: its memory in bytes (a microcontroller's RAM), its flash if any, and what is held back of each."""

    name: str
    title: str
    device_class: DeviceClass
    source: str
    memory: int
    held_back: int
    flash: int | None = None
    flash_held_back: int = 0

    @property
    def available(self) -> int:
        """The bytes that are left for the network; for its arena on a microcontroller."""
        return max(self.memory - self.held_back, 0)

    @property
    def available_flash(self) -> int | None:
        """The bytes that are left for its weights; None where there is no flash."""
        return None if self.flash is None else max(self.flash - self.flash_held_back, 0)


def _gpu(name: str, title: str, gigabytes: int, page: str, device_class: DeviceClass = GPU) -> Device:
    source = page if page.startswith("https://") else f"https://www.nvidia.com/en-us/{page}"
    return Device(name, title, device_class, source, gigabytes * GB, device_class.held_back)


def _geforce(number: str, gigabytes: int, *, sizes: bool = False) -> Device:
    """Return a desktop's card; `sizes` says that there are cards of that number with different memories."""
    name = f"rtx{number.replace(' ', '').lower()}{f'-{gigabytes}gb' if sizes else ''}"
    title = f"NVIDIA GeForce RTX {number}{f', {gigabytes} GB' if sizes else ''}"
    return _gpu(name, title, gigabytes, "geforce/graphics-cards/compare/")


def _apple(gigabytes: int, chips: str) -> Device:
    held_back = gigabytes * GB // (3 if gigabytes <= 36 else 4)
    return Device(f"apple-{gigabytes}gb", f"Apple {chips}", APPLE, _APPLE_SILICON, gigabytes * GB, held_back)


def _board(name: str, title: str, ram: int, flash: int, page: str) -> Device:
    source = f"https://docs.platformio.org/en/latest/boards/{page}.html"
    _, held_back, flash_held_back, _ = MICROCONTROLLER
    return Device(name, title, MICROCONTROLLER, source, ram, held_back, flash, flash_held_back)


_JETSON = "autonomous-machines/embedded-systems/jetson-orin/nano-super-developer-kit/"
_INSTINCT = "https://rocm.docs.amd.com/en/latest/reference/gpu-specs.html"
_AWS = "https://docs.aws.amazon.com/batch/latest/userguide/gpu-jobs.html"
_TPU = "https://docs.cloud.google.com/tpu/docs"
_APPLE_SILICON = "https://en.wikipedia.org/wiki/Apple_silicon"

DEVICES: dict[str, Device] = {
    device.name: device
    for device in (
        _gpu("t4", "NVIDIA T4", 16, "data-center/tesla-t4/"),
        _gpu("v100-16gb", "NVIDIA V100, 16 GB", 16, "data-center/v100/"),
        _gpu("v100-32gb", "NVIDIA V100, 32 GB", 32, "data-center/v100/"),
        _gpu("a10", "NVIDIA A10", 24, "data-center/products/a10-gpu/"),
        _gpu("a10g", "NVIDIA A10G", 24, _AWS),
        _gpu("l4", "NVIDIA L4", 24, "data-center/l4/"),
        _gpu("a40", "NVIDIA A40", 48, "data-center/a40/"),
        _gpu("l40s", "NVIDIA L40S", 48, "data-center/l40s/"),
        _gpu("a100-40gb", "NVIDIA A100, 40 GB", 40, "data-center/a100/"),
        _gpu("a100-80gb", "NVIDIA A100, 80 GB", 80, "data-center/a100/"),
        _gpu("h100", "NVIDIA H100", 80, "data-center/h100/"),
        _gpu("h200", "NVIDIA H200", 141, "data-center/h200/"),
        _gpu("b200", "NVIDIA B200", 192, "data-center/hgx/"),
        _geforce("3060", 12),
        _geforce("3060 Ti", 8),
        _geforce("3070", 8),
        _geforce("3070 Ti", 8),
        _geforce("3080", 10),
        _geforce("3080 Ti", 12),
        _geforce("3090", 24),
        _geforce("3090 Ti", 24),
        _geforce("4060", 8),
        _geforce("4060 Ti", 8, sizes=True),
        _geforce("4060 Ti", 16, sizes=True),
        _geforce("4070", 12),
        _geforce("4070 SUPER", 12),
        _geforce("4070 Ti", 12),
        _geforce("4070 Ti SUPER", 16),
        _geforce("4080", 16),
        _geforce("4080 SUPER", 16),
        _geforce("4090", 24),
        _geforce("5060", 8),
        _geforce("5060 Ti", 8, sizes=True),
        _geforce("5060 Ti", 16, sizes=True),
        _geforce("5070", 12),
        _geforce("5070 Ti", 16),
        _geforce("5080", 16),
        _geforce("5090", 32),
        _gpu("a6000", "NVIDIA RTX A6000", 48, "products/workstations/rtx-a6000/"),
        _gpu("rtx6000-ada", "NVIDIA RTX 6000 Ada", 48, "products/workstations/rtx-6000/"),
        _gpu(
            "rtx-pro-6000",
            "NVIDIA RTX PRO 6000 Blackwell",
            96,
            "products/workstations/professional-desktop-gpus/rtx-pro-6000/",
        ),
        _gpu("mi210", "AMD Instinct MI210", 64, _INSTINCT),
        _gpu("mi250x", "AMD Instinct MI250X, one of its two GPUs", 64, _INSTINCT),
        _gpu("mi300x", "AMD Instinct MI300X", 192, _INSTINCT),
        _gpu("tpu-v5e", "Google TPU v5e, a chip", 16, f"{_TPU}/v5e"),
        _gpu("tpu-v6e", "Google TPU v6e, a chip", 32, f"{_TPU}/v6e"),
        _gpu("jetson-orin-nano-4gb", "NVIDIA Jetson Orin Nano, 4 GB", 4, _JETSON, SHARED),
        _gpu("jetson-orin-nano-8gb", "NVIDIA Jetson Orin Nano, 8 GB", 8, _JETSON, SHARED),
        _apple(8, "M1 to M3"),
        _apple(16, "M1 to M4, M1 Pro, M2 Pro"),
        _apple(18, "M3 Pro"),
        _apple(24, "M2 to M4, M4 Pro"),
        _apple(32, "M4, M1 Pro, M2 Pro, M1 Max, M2 Max"),
        _apple(36, "M3 Pro, M3 Max, M4 Max"),
        _apple(48, "M4 Pro, M3 Max, M4 Max"),
        _apple(64, "M4 Pro, M1 to M4 Max, M1 Ultra, M2 Ultra"),
        _apple(96, "M2 Max, M3 Max, M3 Ultra"),
        _apple(128, "M3 Max, M4 Max, M1 Ultra, M2 Ultra"),
        _apple(192, "M2 Ultra"),
        _apple(256, "M3 Ultra"),
        _apple(512, "M3 Ultra"),
        _board("nano33ble", "Arduino Nano 33 BLE", 256 * KIB, 960 * KIB, "nordicnrf52/nano33ble"),
        _board("stm32f746-disco", "STM32F746 Discovery", 320 * KIB, MIB, "ststm32/disco_f746ng"),
        _board("nucleo-f411re", "STM32 Nucleo F411RE", 128 * KIB, 512 * KIB, "ststm32/nucleo_f411re"),
        _board("nucleo-f767zi", "STM32 Nucleo F767ZI", 512 * KIB, 2 * MIB, "ststm32/nucleo_f767zi"),
        _board("nucleo-h743zi", "STM32 Nucleo H743ZI", 512 * KIB, 2 * MIB, "ststm32/nucleo_h743zi"),
        _board("nucleo-l4r5zi", "STM32 Nucleo L4R5ZI", 640 * KIB, 2 * MIB, "ststm32/nucleo_l4r5zi"),
        _board("esp32-s3", "ESP32-S3-DevKitC-1", 320 * KIB, 8 * MIB, "espressif32/esp32-s3-devkitc-1"),
        _board("esp32", "ESP32", 320 * KIB, 4 * MIB, "espressif32/esp32dev"),
        _board("pico", "Raspberry Pi Pico (RP2040)", 264 * KIB, 2 * MIB, "raspberrypi/pico"),
    )
}
"""The devices that every file knows. GPUs' memory is their datasheet's; boards' RAM and flash are what PlatformIO's
board files leave to a program."""


def gpus(stated: Mapping[str, StatedDevice]) -> list[Device]:
    """Return all devices but microcontrollers: those that a file states, and the built-in ones."""
    own = [_stated(name, device) for name, device in stated.items()]
    others = (device for name, device in DEVICES.items() if name not in stated)
    return [device for device in (*own, *others) if device.flash is None]


def find_device(name: str, stated: Mapping[str, StatedDevice]) -> Device:
    """Return a device by its name: one that a file states, a built-in one, or a GPU by its memory, as in `24GB`.

    Of built-in ones capitals, hyphens and blanks make no difference.

    Errors: FieldError where there is none, which reads on from the name of the field or the option.
    """
    if name in stated:
        return _stated(name, stated[name])
    if _MEMORY.fullmatch(name):
        return Device(name, f"a GPU of {name}", GPU, "its name", parse_bytes(name), GPU.held_back)
    if device := DEVICES.get(name.lower()) or _by_letters().get(_letters(name)):
        return device
    raise FieldError(f"cannot be {quote(name)}, which is no device", _suggestion(name, [*stated, *DEVICES]))


def _letters(name: str) -> str:
    """Return what is left of a name without what people write in different ways."""
    return name.lower().translate(_LEFT_OUT)


@cache
def _by_letters() -> Mapping[str, Device]:
    return {_letters(name): device for name, device in DEVICES.items()}


def _stated(name: str, device: StatedDevice) -> Device:
    memory = device.ram if device.memory is None else device.memory
    assert memory is not None  # the model has seen to it
    device_class = GPU if device.flash is None else MICROCONTROLLER
    held_back = device_class.held_back if device.held_back is None else device.held_back
    flash_held_back = device_class.flash_held_back if device.flash_held_back is None else device.flash_held_back
    return Device(name, name, device_class, "the file itself", memory, held_back, device.flash, flash_held_back)


def _suggestion(name: str, known: list[str]) -> str:
    """Return which devices may have been meant: those whose names begin so, or the closest."""
    begun = [word for word in known if _letters(word).startswith(_letters(name))]
    close = begun[:_MAX_SUGGESTED] or [word for word in (closest(name, known),) if word]
    if _letters(name) and close:
        return f"did you mean {enumerate_words(close, 'or')}?"
    return "`archsum devices` lists those that are built in; the file's `devices` adds your own, and `24GB` is a GPU"

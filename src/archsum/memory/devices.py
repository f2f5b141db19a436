"""Devices that networks are trained and run on: what memory they have, and what of it is not for the network."""

from collections.abc import Mapping
from typing import NamedTuple

from archsum.errors import FieldError, closest, enumerate_words, quote
from archsum.language.spec.budget import StatedDevice

GB, KIB, MIB = 10**9, 2**10, 2**20


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
    "is needed, over 1 GB before CUDA 11.7 (https://github.com/pytorch/pytorch/issues/107667). Datasheets' GB are 10⁹ "
    "bytes here; a driver shows up to 6 % more, or 1 % less.",
)
SHARED = DeviceClass(
    "GPUs that share their memory with the system",
    2 * GB,
    0,
    "The operating system, which takes 1.5 to 2 GB before anything runs "
    "(https://edgeaistack.app/engines/memory-estimator), and CUDA's context.",
)
MICROCONTROLLER = DeviceClass(
    "Microcontrollers",
    32 * KIB,
    64 * KIB,
    "RAM: what TensorFlow Lite Micro keeps beside its tensors (7 to 30 kB for MLPerf Tiny's networks on 64 bits, half "
    "on 32), and the stack. Flash: the runtime, its kernels and the program. Both are estimates: state your program's.",
)
DEVICE_CLASSES = (GPU, SHARED, MICROCONTROLLER)


class Device(NamedTuple):
    """A device: its name and title, its memory in bytes (a microcontroller's RAM), and its flash if it has any."""

    name: str
    title: str
    device_class: DeviceClass
    memory: int
    source: str
    flash: int | None = None
    stated_held_back: int | None = None
    stated_flash_held_back: int | None = None

    @property
    def held_back(self) -> int:
        """What of the memory is not for the network."""
        return self.device_class.held_back if self.stated_held_back is None else self.stated_held_back

    @property
    def flash_held_back(self) -> int:
        """What of the flash is not for the network."""
        return self.device_class.flash_held_back if self.stated_flash_held_back is None else self.stated_flash_held_back

    @property
    def available(self) -> int:
        """The bytes that are left for the network; for its arena on a microcontroller."""
        return max(self.memory - self.held_back, 0)

    @property
    def available_flash(self) -> int | None:
        """The bytes that are left for its weights; None where there is no flash."""
        return None if self.flash is None else max(self.flash - self.flash_held_back, 0)


def _gpu(name: str, title: str, gigabytes: int, page: str, device_class: DeviceClass = GPU) -> Device:
    return Device(name, title, device_class, gigabytes * GB, f"https://www.nvidia.com/en-us/{page}")


def _board(name: str, title: str, ram: int, flash: int, page: str) -> Device:
    source = f"https://docs.platformio.org/en/latest/boards/{page}.html"
    return Device(name, title, MICROCONTROLLER, ram, source, flash)


_JETSON = "autonomous-machines/embedded-systems/jetson-orin/nano-super-developer-kit/"

DEVICES: dict[str, Device] = {
    device.name: device
    for device in (
        _gpu("t4", "NVIDIA T4", 16, "data-center/tesla-t4/"),
        _gpu("l4", "NVIDIA L4", 24, "data-center/l4/"),
        _gpu("a100-40gb", "NVIDIA A100, 40 GB", 40, "data-center/a100/"),
        _gpu("a100-80gb", "NVIDIA A100, 80 GB", 80, "data-center/a100/"),
        _gpu("h100", "NVIDIA H100", 80, "data-center/h100/"),
        _gpu("h200", "NVIDIA H200", 141, "data-center/h200/"),
        _gpu("b200", "NVIDIA B200", 192, "data-center/hgx/"),
        _gpu("jetson-orin-nano-4gb", "NVIDIA Jetson Orin Nano, 4 GB", 4, _JETSON, SHARED),
        _gpu("jetson-orin-nano-8gb", "NVIDIA Jetson Orin Nano, 8 GB", 8, _JETSON, SHARED),
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


def find_device(name: str, stated: Mapping[str, StatedDevice]) -> Device:
    """Return a device by its name: one that a file states, or a built-in one, in capitals or not.

    Errors: FieldError where there is none, which reads on from the name of the field or the option.
    """
    if name in stated:
        return _stated(name, stated[name])
    if device := DEVICES.get(name.lower()):
        return device
    raise FieldError(f"cannot be {quote(name)}, which is no device", _suggestion(name, [*stated, *DEVICES]))


def _stated(name: str, device: StatedDevice) -> Device:
    memory = device.ram if device.memory is None else device.memory
    assert memory is not None  # the model has seen to it
    device_class = GPU if device.flash is None else MICROCONTROLLER
    own = (device.flash, device.held_back, device.flash_held_back)
    return Device(name, name, device_class, memory, "the file itself", *own)


def _suggestion(name: str, known: list[str]) -> str:
    """Return which devices may have been meant: those whose names begin so, or the closest."""
    begun = [word for word in known if word.startswith(name.lower())]
    close = begun or [word for word in (closest(name, known),) if word]
    if name and close:
        return f"did you mean {enumerate_words(close, 'or')}?"
    return "`archsum devices` lists those that are built in; the file's `devices` adds your own"

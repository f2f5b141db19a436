"""The built-in devices: a table for each class, or JSON with the sources."""

from typing import Any

from archsum.memory.devices import DEVICE_CLASSES, DEVICES, GB, KIB, MICROCONTROLLER, Device, DeviceClass
from archsum.render.json import document
from archsum.render.layout import columns, wrap

_FOOTER = """\
Held back is what is not for the network. A GPU is also named by its memory, as
in `--device 24GB`. A file adds devices of its own:

  devices:
    my_gpu: {memory: 24 GB}
    my_board: {ram: 256 KiB, flash: 1 MiB, held_back: 48 KiB}"""


def render(width: int) -> str:
    """Return the devices by class, with what is held back and why."""
    return "\n\n".join([*(_class(device_class, width) for device_class in DEVICE_CLASSES), _FOOTER])


def render_json() -> str:
    """Return every figure, and where it is from."""
    return document({"devices": [_as_json(device) for device in DEVICES.values()]}, ensure_ascii=False)


def _as_json(device: Device) -> dict[str, Any]:
    return {
        "name": device.name,
        "title": device.title,
        "memory": device.memory,
        "held_back": device.held_back,
        "available": device.available,
        "flash": device.flash,
        "flash_held_back": None if device.flash is None else device.flash_held_back,
        "available_flash": device.available_flash,
        "source": device.source,
        "why_held_back": device.device_class.why,
    }


def _class(device_class: DeviceClass, width: int) -> str:
    devices = [device for device in DEVICES.values() if device.device_class is device_class]
    sizes = ("Memory", "Held back") if _is_gpu(device_class) else ("RAM", "Held back", "Flash", "Held back")
    rows = [("Device", *sizes, ""), *((device.name, *_sizes(device), device.title) for device in devices)]
    table = columns(rows, f"<{'>' * len(sizes)}<", "  ")
    return "\n".join([f"{device_class.title}:", *table, "", *wrap(device_class.why, width)])


def _sizes(device: Device) -> tuple[str, ...]:
    unit, of_unit = ("GB", GB) if _is_gpu(device.device_class) else ("KiB", KIB)
    flash = () if device.flash is None else (device.flash, device.flash_held_back)
    return tuple(f"{_tenths(size, of_unit)} {unit}" for size in (device.memory, device.held_back, *flash))


def _tenths(size: int, unit: int) -> str:
    return f"{size / unit:,.1f}".removesuffix(".0")


def _is_gpu(device_class: DeviceClass) -> bool:
    return device_class is not MICROCONTROLLER

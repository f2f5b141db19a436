"""Limits that a network, or a block of it, must keep to, and the devices whose memory can be one."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from archsum.errors import FieldError, quote
from archsum.language.spec.quantities import Bytes, BytesLimit, CountLimit, Percentage
from archsum.layers.fields import StrictModel

_DeviceName = Annotated[str, Field(min_length=1, max_length=100)]


def _check_stated(value: Any) -> Any:
    if value is None:
        raise FieldError("is empty", "write a name that `archsum devices` lists, or remove it")
    return value


class BlockBudget(StrictModel):
    """Limits that a block must keep to: each is the largest value allowed, or how much it may grow."""

    max_params: CountLimit = Field(None, description="Parameters, trainable or not.")
    max_trainable_params: CountLimit = Field(None, description="Trainable parameters.")
    max_macs: CountLimit = Field(None, description="Multiply-accumulates for one sample.")
    max_flops: CountLimit = Field(
        None, description="Floating-point operations for one sample: two for each multiply-accumulate, and all others."
    )
    max_weight_memory: BytesLimit = Field(None, description="Bytes of all weights in float32.")


class Budget(BlockBudget):
    """Limits that the network must keep to: each is the largest value allowed, or how much it may grow."""

    max_activation_memory: BytesLimit = Field(None, description="Bytes of the tensors alive at once at inference.")
    max_inference_memory: BytesLimit = Field(None, description="Bytes of a forward pass: weights and those tensors.")
    max_training_memory: BytesLimit = Field(None, description="Bytes of a training step at its peak; see `training`.")
    max_sram: BytesLimit = Field(
        None, description="Bytes of a microcontroller's arena, planned for int8, or for a stated `--precision float32`."
    )
    max_flash: BytesLimit = Field(
        None, description="Bytes of its flash that weights take, one each in int8, and biases, four each."
    )
    max_layers: CountLimit = Field(None, description="Layers, inputs not counted.")
    max_layer_params: CountLimit = Field(None, description="Parameters of any one layer.")
    max_layer_macs: CountLimit = Field(None, description="Multiply-accumulates of any one layer, for one sample.")
    max_layer_flops: CountLimit = Field(None, description="Floating-point operations of any one layer, for one sample.")
    blocks: dict[str, BlockBudget] = Field(
        {}, description="For blocks, by their names as `archsum summary` shows them, limits of their own."
    )
    device: Annotated[_DeviceName | None, BeforeValidator(_check_stated, json_schema_input_type=_DeviceName)] = Field(
        None, description="A device whose memory is the limit: training memory, or a microcontroller's RAM and flash."
    )
    warn_at: Percentage = Field(None, description="The share of a limit from which on a check warns, such as 90%.")


class StatedDevice(StrictModel):
    """A device of the file's own: what has `memory`, such as a GPU, or a microcontroller with `ram` and `flash`."""

    memory: Bytes = Field(None, description="Its memory, such as a GPU's.", examples=["24 GB"])
    ram: Bytes = Field(None, description="A microcontroller's RAM.")
    flash: Bytes = Field(None, description="A microcontroller's flash, which holds weights and program.")
    held_back: Bytes = Field(
        None, description="What of the memory or the RAM is not for the network; by default as of built-in devices."
    )
    flash_held_back: Bytes = Field(None, description="The same of the flash.")

    @model_validator(mode="after")
    def _memory_or_ram_and_flash(self) -> Self:
        if (self.memory is None) == (self.ram is None) or (self.ram is None) != (self.flash is None):
            raise FieldError(
                "takes either `memory`, or `ram` and `flash`",
                "write `{memory: 24 GB}` for a GPU, `{ram: 256 KiB, flash: 1 MiB}` for a microcontroller",
            )
        return self

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        for name, size, held_back in (
            ("held_back", self.memory or self.ram, self.held_back),
            ("flash_held_back", self.flash, self.flash_held_back),
        ):
            if held_back is not None and size is None:
                raise FieldError(f"has a `{name}`, and nothing to hold back from", f"leave `{name}` out")
            if held_back is not None and size is not None and held_back >= size:
                shown = quote(f"{held_back:,}")
                raise FieldError(
                    f"has a `{name}` of {shown} bytes, which leaves nothing", f"hold back less than {size:,}"
                )
        return self

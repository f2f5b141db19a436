"""Networks → PyTorch: source code of `nn.Module` classes."""

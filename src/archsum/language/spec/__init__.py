"""What a file may say: pydantic models, nothing else."""

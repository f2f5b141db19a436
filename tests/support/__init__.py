"""What several tests share: places, made layers and networks, figures from outside."""

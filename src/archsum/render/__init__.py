"""Results → text, HTML, pictures: a folder a subject."""

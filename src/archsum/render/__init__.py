"""Results → text, HTML, diagrams, figures: a folder a subject."""

from . import anatomy, exercise, stance

__all__ = ["anatomy", "exercise", "stance"]

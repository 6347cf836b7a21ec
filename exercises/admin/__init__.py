from . import anatomy, evidence, exercise, stance

__all__ = ["anatomy", "evidence", "exercise", "stance"]

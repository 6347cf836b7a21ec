from . import accounts, anatomy, audit, evidence, exercise, pictures, stance

__all__ = ["accounts", "anatomy", "audit", "evidence", "exercise", "pictures", "stance"]

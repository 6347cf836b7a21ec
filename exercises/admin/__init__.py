from . import accounts, anatomy, audit, evidence, exercise, stance

__all__ = ["accounts", "anatomy", "audit", "evidence", "exercise", "stance"]

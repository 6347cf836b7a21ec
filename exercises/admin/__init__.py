from . import accounts, anatomy, audit, evidence, exercise, glossary, pictures, stance

__all__ = ["accounts", "anatomy", "audit", "evidence", "exercise", "glossary", "pictures", "stance"]

from .anatomy import JointAction, MapRegion, Muscle, MuscleGroup
from .editing import AuditEntry, PreviewLink, Revision
from .evidence import Claim, Finding, Study
from .exercise import Exercise, FormCue, Involvement, Section
from .glossary import Term
from .guarding import SecondFactorRule, Spending
from .pictures import Picture
from .publication import (
    BestStance,
    EvidenceUse,
    LoadedContent,
    Publication,
    SearchEntry,
    SiteChanges,
    StudyEntry,
    TermUse,
)
from .stance import StanceAxis, StanceEffect, StanceOption

__all__ = [
    "AuditEntry",
    "BestStance",
    "Claim",
    "EvidenceUse",
    "Exercise",
    "Finding",
    "FormCue",
    "Involvement",
    "JointAction",
    "LoadedContent",
    "MapRegion",
    "Muscle",
    "MuscleGroup",
    "Picture",
    "PreviewLink",
    "Publication",
    "Revision",
    "SearchEntry",
    "SecondFactorRule",
    "Section",
    "SiteChanges",
    "Spending",
    "StanceAxis",
    "StanceEffect",
    "StanceOption",
    "Study",
    "StudyEntry",
    "Term",
    "TermUse",
]

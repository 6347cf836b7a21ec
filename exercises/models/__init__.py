from .anatomy import JointAction, MapRegion, Muscle, MuscleGroup
from .exercise import Exercise, FormCue, Involvement, Section
from .publication import BestStance, LoadedContent, Publication
from .stance import StanceAxis, StanceEffect, StanceOption

__all__ = [
    "BestStance",
    "Exercise",
    "FormCue",
    "Involvement",
    "JointAction",
    "LoadedContent",
    "MapRegion",
    "Muscle",
    "MuscleGroup",
    "Publication",
    "Section",
    "StanceAxis",
    "StanceEffect",
    "StanceOption",
]

"""Response surface analysis: does an outcome depend on how far two views agree, or only on how high they are?

    surface = fit_surface(client, therapist, outcome, centre=2.5, pairs=who)     # centre: the middle of the scale
    surface = fit_surface(x, y, z, centre="mean", cluster=therapist, errors="bootstrap", seed=1)
    surface["a4"].estimate, surface["a4"].low; claim(surface).verdict; picture(surface, title="...")

Z = b0 + b1 X + b2 Y + b3 X^2 + b4 X Y + b5 Y^2 by least squares (Edwards 1994, 2002; Humberg, Nestler & Back 2019).
Both views stand on one scale and are centred at one point. A claim that agreement helps asks for 300 pairs.
"""

from accord.evidence.surface.claiming import Claim, Condition, claim
from accord.evidence.surface.drawing import picture
from accord.evidence.surface.fitting import fit_surface
from accord.evidence.surface.shape import Estimate, Surface, shapes_of

__all__ = ["Claim", "Condition", "Estimate", "Surface", "claim", "fit_surface", "picture", "shapes_of"]

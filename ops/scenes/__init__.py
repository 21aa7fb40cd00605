"""The pictures of the demo's films, by name: short scenes of space, drawn by code."""

from collections.abc import Callable

from ops.scenes import grounds, heavens, insides
from ops.scenes.stage import SceneStage, Shot

SCENES: dict[str, Callable[[SceneStage], Shot]] = {
    scene.__name__: scene
    for scene in (
        heavens.starfield, heavens.limb, heavens.nebula, heavens.aurora, heavens.rings, heavens.eclipse,
        heavens.crossing, heavens.debris, heavens.pale_dot, heavens.nothing, heavens.lagrange,
        heavens.constellations, heavens.orbits, heavens.mirrors, heavens.station, heavens.panels,
        heavens.windows, grounds.dishes, grounds.launchpad, grounds.terminator, grounds.observatory,
        grounds.steppe, grounds.dust, grounds.greenhouse, grounds.mast, grounds.paper_moon,
        grounds.cardboard, insides.console, insides.helmet, insides.leaflet, insides.cat,
        insides.docking, insides.clock, insides.silence,
    )
}  # fmt: skip

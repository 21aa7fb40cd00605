"""Passwords that somebody would try first: common ones, those of breaches, and what is easily made of them.

zxcvbn brings lists from breaches, of names and of English words, knows keyboards, dates and repeats,
and reckons in how many guesses a password is found. What is common in French stands here.
"""

from zxcvbn import zxcvbn

LEAST_GUESSES = 10**9  # of slowed ones at the door, or of Argon2id on a stolen row
LOOKED_AT = 72  # signs: what comes after them makes nothing easier to guess
IN_FRENCH = """
azerty azertyuiop qsdfgh qsdfghjklm wxcvbn motdepasse bonjour bonsoir bienvenue salut coucou jetaime
jetaimefort monamour moncoeur amour amoureux toujours ensemble bisous calin doudou loulou chouchou choupette
choupinette titi kiki mimi nounours bebe bijou papillon coccinelle tournesol princesse soleil etoile lune ciel
terre planete cosmos univers fusee chocolat caramel vanille fraise cerise noisette minette chaton chien tigre
dauphin cheval famille maman papa mamie papy tonton enfants vacances voyage liberte bonheur paradis marseille
toulouse bordeaux lyon nantes lille nice cannes paris france bretagne croisette football olympique musique
guitare piscine maison jardin secret ordinateur internet administrateur utilisateur nouveau changement
provisoire temporaire janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver palmares selection projection
realisateur realisatrice documentaire courtmetrage longmetrage
"""


def is_common(password: str, *, known: list[str]) -> bool:
    """`known`: words that anybody would try for this house and this person."""
    told = zxcvbn(password[:LOOKED_AT], user_inputs=[*known, *IN_FRENCH.split()])
    return bool(told["guesses"] < LEAST_GUESSES)

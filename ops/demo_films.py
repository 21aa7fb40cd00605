"""The invented films of the demo edition: who made them, how they are generated, what is wrong with some.

Nothing here exists: no title, no person, no country's film. `clip` is how ffmpeg draws a few seconds.
"""

import msgspec


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """A generated picture and sound; a `defect` names what is done to the file afterwards."""

    picture: str = "gradients"
    size: str = "640x360"
    rate: str = "25"
    seconds: int = 5
    codec: str = "libx264"
    container: str = "mp4"
    sound: str = "stereo"
    defect: str = ""


class DemoFilm(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    title_en: str
    director: str
    section: str
    minutes: int
    year: int = 2026
    countries: tuple[str, ...] = ("FR",)
    languages: tuple[str, ...] = ("fr",)
    subtitles: tuple[str, ...] = ("en",)
    premiere: str = "world"
    fr: str
    en: str
    clip: Clip = Clip()
    fate: str = "accepted"
    demand: int = 300
    prestige: int = 1


FILMS = (
    DemoFilm(
        title="Périhélie",
        title_en="Perihelion",
        director="Marta Okafor",
        section="C",
        minutes=104,
        countries=("NG", "FR"),
        languages=("en", "yo"),
        subtitles=("fr", "en"),
        demand=1700,
        prestige=5,
        fr="Une mécanicienne de Lagos remonte le signal d’une sonde que son père a dessinée.",
        en="A mechanic in Lagos traces the signal of a probe that her father drew.",
        clip=Clip(
            size="1280x720", rate="24", picture="gradients=c0=0x05070d:c1=0xf5d9a0:speed=0.02"
        ),
    ),
    DemoFilm(
        title="Gravité zéro cinq",
        title_en="Half a Gravity",
        director="Baek Sun-hee",
        section="C",
        minutes=97,
        countries=("KR",),
        languages=("ko",),
        subtitles=("fr", "en"),
        premiere="european",
        demand=900,
        prestige=4,
        fr="Une danseuse répète un ballet pour une station qui tourne trop lentement.",
        en="A dancer rehearses a ballet for a station that spins too slowly.",
        clip=Clip(rate="30000/1001", sound="5.1"),
    ),
    DemoFilm(
        title="Mémoire d’Ariane",
        title_en="Ariane Remembers",
        director="Paul Ravel",
        section="C",
        minutes=126,
        demand=1000,
        prestige=4,
        fr="À Kourou, trois générations attendent un lancement que la pluie repousse.",
        en="In Kourou, three generations wait for a launch that the rain keeps putting off.",
        clip=Clip(
            picture="gradients=c0=0x0f211c:c1=0xefc27c:speed=0.03", size="854x480", seconds=6
        ),
    ),
    DemoFilm(
        title="Terminator, ligne de jour",
        title_en="Terminator Line",
        director="Ingrid Solheim",
        section="C",
        minutes=109,
        countries=("NO",),
        languages=("no",),
        subtitles=("fr", "en"),
        premiere="international",
        demand=800,
        prestige=3,
        fr="Un facteur marche douze jours avec le soleil couchant.",
        en="A postman walks for twelve days beside the setting sun.",
        clip=Clip(size="720x304", rate="24000/1001", container="mkv"),
    ),
    DemoFilm(
        title="Silent Orbit",
        title_en="Silent Orbit",
        director="Tom Ashby",
        section="C",
        minutes=112,
        countries=("GB",),
        languages=("en",),
        subtitles=("fr",),
        premiere="european",
        demand=700,
        prestige=3,
        fr="Chaque soir, un ingénieur rappelle un satellite que tous disent perdu.",
        en="Every night an engineer calls a satellite that everybody says is lost.",
        clip=Clip(
            rate="24", size="848x360", picture="gradients=c0=0x173149:c1=0x9cc3c6:speed=0.02"
        ),
    ),
    DemoFilm(
        title="Apogée",
        title_en="Apogee",
        director="Inès Kaddour",
        section="C",
        minutes=118,
        countries=("DZ", "FR"),
        languages=("ar",),
        subtitles=("fr", "en"),
        demand=2000,
        prestige=5,
        fr="Le soir de l’inauguration, la coupole de l’observatoire refuse de s’ouvrir.",
        en="On opening night, the observatory’s dome refuses to open.",
        clip=Clip(size="960x540", picture="gradients=c0=0x0b1a2c:c1=0xb9704c:speed=0.01"),
    ),
    DemoFilm(
        title="La Nuit des antennes",
        title_en="The Night of the Dishes",
        director="Joan Vidal",
        section="D",
        minutes=92,
        countries=("ES",),
        languages=("ca",),
        subtitles=("fr", "en"),
        demand=500,
        prestige=2,
        fr="Trois gardiens d’un radiotélescope attendent la fin du silence radio.",
        en="Three keepers of a radio telescope wait for the end of radio silence.",
        clip=Clip(codec="mpeg2video", container="mkv", rate="25"),
    ),
    DemoFilm(
        title="Baïkonour, l’enfance",
        title_en="A Childhood in Baikonur",
        director="Saule Nurpeissova",
        section="D",
        minutes=95,
        countries=("KZ",),
        languages=("kk", "ru"),
        subtitles=("fr",),
        premiere="international",
        demand=420,
        prestige=2,
        fr="Les enfants de la ville fermée savaient l’heure de chaque départ, jamais sa destination.",
        en="The children of the closed city knew the hour of each departure, never where to.",
        clip=Clip(codec="libvpx-vp9", container="mkv", size="480x270"),
    ),
    DemoFilm(
        title="Dust Choir",
        title_en="Dust Choir",
        director="Marlon Tse",
        section="D",
        minutes=88,
        countries=("AU",),
        languages=("en",),
        subtitles=("fr",),
        demand=380,
        prestige=2,
        fr="Un chœur de mineurs répète ce que chanterait une tempête sur Mars.",
        en="A miners’ choir rehearses what a storm on Mars would sing.",
        clip=Clip(picture="gradients=c0=0x47321f:c1=0x8e6a4c:speed=0.05", seconds=7),
    ),
    DemoFilm(
        title="Ondes longues",
        title_en="Long Waves",
        director="Aïcha Renard",
        section="D",
        minutes=74,
        demand=300,
        fr="Une radio de village capte, depuis 1977, quelque chose qui ressemble à une réponse.",
        en="Since 1977 a village radio has been picking up something like an answer.",
        clip=Clip(sound="mono", size="640x480"),
    ),
    DemoFilm(
        title="Le Jardin de Cérès",
        title_en="The Garden of Ceres",
        director="Lucía Prado",
        section="D",
        minutes=81,
        countries=("CL",),
        languages=("es",),
        subtitles=("fr", "en"),
        demand=350,
        fr="Dans l’Atacama, une botaniste cultive ce qui poussera là-haut.",
        en="In the Atacama, a botanist grows what will grow up there.",
        clip=Clip(rate="50", sound="stereo"),
    ),
    DemoFilm(
        title="Ma mère au point L2",
        title_en="My Mother at L2",
        director="Théo Quillien",
        section="S",
        minutes=14,
        demand=260,
        fr="Elle règle un télescope à un million et demi de kilomètres ; il lui manque du sel.",
        en="She tunes a telescope a million and a half kilometres away; she is out of salt.",
        clip=Clip(size="426x240"),
    ),
    DemoFilm(
        title="Le Bruit des panneaux",
        title_en="The Noise of Panels",
        director="Elias Brandt",
        section="S",
        minutes=17,
        countries=("BE",),
        demand=240,
        fr="La nuit, à bord, les panneaux craquent. Un électricien ne dort plus.",
        en="At night, on board, the panels creak. An electrician no longer sleeps.",
        clip=Clip(rate="30", size="480x360"),
    ),
    DemoFilm(
        title="Petit manuel du vide",
        title_en="A Short Guide to the Void",
        director="Noor Haddad",
        section="S",
        minutes=11,
        countries=("LB",),
        languages=("ar",),
        subtitles=("fr", "en"),
        demand=250,
        fr="Douze conseils à qui sort pour la première fois.",
        en="Twelve pieces of advice for a first time outside.",
        clip=Clip(container="mov"),
    ),
    DemoFilm(
        title="L’Heure de Phobos",
        title_en="Phobos Time",
        director="Anneke Smit",
        section="S",
        minutes=22,
        countries=("NL",),
        languages=("nl",),
        subtitles=("fr", "en"),
        demand=230,
        fr="Sur Phobos le jour dure sept heures ; le facteur, lui, en fait huit.",
        en="On Phobos a day lasts seven hours; the postman works eight.",
        clip=Clip(seconds=4),
    ),
    DemoFilm(
        title="Kessler, mon amour",
        title_en="Kessler, My Love",
        director="Duc Lê Van",
        section="S",
        minutes=19,
        countries=("FR", "VN"),
        languages=("fr", "vi"),
        demand=300,
        prestige=2,
        fr="Deux débris se croisent toutes les quatre-vingt-dix minutes.",
        en="Two pieces of debris pass each other every ninety minutes.",
        clip=Clip(rate="60", picture="cellauto=s=640x360:rule=110"),
    ),
    DemoFilm(
        title="La Lune, hier",
        title_en="The Moon, Yesterday",
        director="Georges Aubrac",
        section="P",
        minutes=61,
        year=1929,
        languages=("zxx",),
        subtitles=(),
        premiere="none",
        demand=400,
        prestige=2,
        fr="Une lune de carton, un professeur distrait et le plus long des retours.",
        en="A cardboard moon, an absent-minded professor and the longest way home.",
        clip=Clip(
            size="640x480", picture="gradients=c0=0x171714:c1=0xd6d1c2:speed=0.01", rate="24"
        ),
    ),
    DemoFilm(
        title="Lagrange, un dôme",
        title_en="Lagrange, a Dome",
        director="Noor Haddad",
        section="I",
        minutes=35,
        countries=("LB",),
        languages=("en",),
        subtitles=("fr",),
        demand=200,
        fr="Cinq points où tout s’équilibre, et une famille qui les cherche.",
        en="Five points where all is balanced, and a family looking for them.",
        clip=Clip(size="512x512"),
    ),
    DemoFilm(
        title="Solo pour scaphandre",
        title_en="Solo for a Spacesuit",
        director="Mireille Adélaïde",
        section="C",
        minutes=99,
        demand=450,
        fate="waitlisted",
        fr="Un musicien compose dans un casque ; il n’y a de place que pour une note.",
        en="A musician composes inside a helmet; there is room for one note only.",
        clip=Clip(seconds=5),
    ),
    DemoFilm(
        title="Orbite basse",
        title_en="Low Orbit",
        director="Victor Lang",
        section="C",
        minutes=131,
        fate="declined",
        fr="Un voisinage, mais à quatre cents kilomètres d’altitude.",
        en="A neighbourhood, only four hundred kilometres up.",
        clip=Clip(),
    ),
    DemoFilm(
        title="Éclipse de bureau",
        title_en="Office Eclipse",
        director="Camille Aubry",
        section="S",
        minutes=9,
        fate="refused",
        fr="À midi, tout le service sort regarder, sauf la comptable.",
        en="At noon the whole office goes out to look, but for the accountant.",
        clip=Clip(sound="none"),
    ),
    DemoFilm(
        title="Trou noir, café",
        title_en="Black Hole, No Sugar",
        director="Rémi Cordier",
        section="S",
        minutes=12,
        fate="refused",
        fr="La machine à café avale plus que des pièces.",
        en="The coffee machine swallows more than coins.",
        clip=Clip(picture="color=c=black:s=640x360"),
    ),
    DemoFilm(
        title="Une seconde de trop",
        title_en="One Second Too Many",
        director="Olga Petrova",
        section="S",
        minutes=8,
        fate="refused",
        fr="L’histoire d’une seconde intercalaire, racontée trop vite.",
        en="The story of a leap second, told too fast.",
        clip=Clip(defect="short"),
    ),
    DemoFilm(
        title="Le Dernier Relais",
        title_en="The Last Relay",
        director="Hana Mori",
        section="D",
        minutes=79,
        countries=("JP",),
        languages=("ja",),
        subtitles=("fr", "en"),
        fate="refused",
        fr="Un relais se tait au milieu d’une phrase.",
        en="A relay falls silent in the middle of a sentence.",
        clip=Clip(defect="cut"),
    ),
    DemoFilm(
        title="Muet comme l’éther",
        title_en="Silent as Ether",
        director="Jonas Weil",
        section="D",
        minutes=70,
        countries=("DE",),
        languages=("de",),
        subtitles=("fr",),
        fate="refused",
        fr="Un ingénieur du son cherche le silence parfait, et le trouve.",
        en="A sound engineer looks for perfect silence, and finds it.",
        clip=Clip(sound="silent"),
    ),
    DemoFilm(
        title="Vues de très loin",
        title_en="Seen from Far Away",
        director="Priya Nair",
        section="I",
        minutes=20,
        countries=("IN",),
        languages=("ml",),
        subtitles=("fr", "en"),
        fate="refused",
        fr="La Terre, en quatre-vingt-seize lignes.",
        en="The Earth, in ninety-six lines.",
        clip=Clip(size="128x96"),
    ),
)

GUESTS = (
    ("Marta Okafor", "cinéaste", "filmmaker", ("Périhélie",)),
    ("Inès Kaddour", "cinéaste", "filmmaker", ("Apogée",)),
    ("Paul Ravel", "cinéaste", "filmmaker", ("Mémoire d’Ariane",)),
    (
        "Claire Aubin",
        "navigation des sondes",
        "probe navigation",
        ("Périhélie", "La Nuit des antennes"),
    ),
    (
        "Hélène Sauvage",
        "radioastronome",
        "radio astronomer",
        ("La Nuit des antennes", "Ondes longues"),
    ),
    ("Axel Berthier", "pianiste", "pianist", ("La Lune, hier",)),
)

BLOCKS = (
    (
        "Courts : décollages",
        "Shorts: Lift-offs",
        ("Ma mère au point L2", "Le Bruit des panneaux", "Petit manuel du vide"),
    ),
    ("Courts : retours", "Shorts: Returns", ("L’Heure de Phobos", "Kessler, mon amour")),
)

EVENTS = (
    ("Ouverture : à qui est la Lune", "Opening: Who Owns the Moon", 60, 1200, 4, 18 * 60),
    ("Palmarès", "Awards", 45, 1500, 5, 2 * 1440 + 20 * 60 + 30),
)

ROOMS = (("Lumière", 2309), ("Debussy", 1068), ("Buñuel", 452), ("Bazin", 280))

"""Tell the language of an open answer, Kazakh, Russian or English, by its letters, common words and endings.

People write Kazakh on Russian keyboards, borrow words and name institutions, so that one Kazakh letter decides
nothing: every word has a voice, and where no language leads the answer has none.
"""

import re
from functools import lru_cache

KAZAKH_LETTERS = frozenset("әғқңөұүһі")
LATIN_KAZAKH_LETTERS = frozenset("äğıñöşūü")

PLAIN = str.maketrans("әғқңөұүһіё", "агкноуухие")
"""How Kazakh is written on a keyboard without its letters, and Russian without ё."""

_WORDS = {
    "kk": (
        "мен мын жане бир бул осы сол ушин туралы кандай калай неге жок керек коп оте жаксы болды болса болып болар "
        "еди екен емес барлык барлыгы бари рахмет ештене дурыс пайдалы унады уакыт сабак балалар балага баланы сиз "
        "сизге менин маган бизге бизди тек бирак сондай гой озим оз аркылы бойынша кейин дейин сияк кажет тугел "
        "rahmet jaqsy jaksy joq kerek bari unady kop ote boldy uwaqyt"
    ),
    "ru": (
        "и в во на не что как по с со к ко у о об из за для от до но а я мы он она они вы это этот эта эти все всё "
        "был была было были быть есть нет очень только бы же при или так больше меньше хорошо хорошая спасибо можно "
        "нужно надо также если чтобы когда где который которые свой своей мой моя мое мои моей моего "
        "мне нам нас их его ее уже еще ничего без "
        "spasibo net vse horosho ponravilos ochen bylo"
    ),
    "en": (
        "the a an and or of to in on at for with without from by as is are was were be been have has had it its this "
        "that these those i we you they he she my our your their me us not no yes more most less very much what how "
        "why when which who do does did will would can could should all nothing good thanks thank"
    ),
}
_VOICES: dict[str, list[str]] = {}
for _language, _words in _WORDS.items():
    for _word in _words.translate(PLAIN).split():
        _VOICES.setdefault(_word, []).append(_language)

_KAZAKH_END = re.compile(
    r"(?:лар|лер|дар|нын|дын|тын|нин|дин|мыз|сыз|сиз|лык|дык|лау|леу|ады|еди|тты|дым|ттым|мын|мин|ган|ген|кен"
    r"|уга|уге|лы|ли|сын|ына|ине|ынан|инен|атын|етин|ап|еп|ып|ип)$"
)
_RUSSIAN_END = re.compile(
    r"(?:ть|ться|тся|лся|лись|ого|его|ому|ему|ый|ий|ая|яя|ое|ее|ые|ие|ых|ими|ыми|ние|ния|нию|нием|ции|ция|цию|ство"
    r"|ости|ость|ов|ев|ами|ями|ях|ях|ах|ешь|ишь|ют|ят|ем|ло|ли)$"
)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=65_536)
def tell_language(text: str) -> str:
    """Return ``kk``, ``ru`` or ``en``, empty where the words do not tell.

    A word of the lists and a Kazakh letter count twice an ending. Latin letters without either lean to English.

    >>> tell_language("Тәжірибеге көбірек уақыт берілсе екен."), tell_language("Больше практики, спасибо!")
    ('kk', 'ru')
    >>> tell_language("Бари унады, рахмет"), tell_language("More practice"), tell_language("STEM"), tell_language("5+")
    ('kk', 'en', 'en', '')
    """
    voices = {"kk": 0.0, "ru": 0.0, "en": 0.0}
    for word in _WORD.findall(text.casefold()):
        for language, voice in _heard(word):
            voices[language] += voice
    first, second = sorted(voices.values(), reverse=True)[:2]
    return max(voices, key=lambda language: voices[language]) if first > second else ""


@lru_cache(maxsize=65_536)
def _heard(word: str) -> tuple[tuple[str, float], ...]:
    """Return for which languages a word speaks, and how loudly."""
    plain = word.translate(PLAIN)
    if plain[0].isascii() or set(word) & LATIN_KAZAKH_LETTERS:
        if set(word) & LATIN_KAZAKH_LETTERS:
            return (("kk", 2.0),)
        return tuple((language, 2.0) for language in _VOICES.get(plain, ())) or (("en", 0.5),)
    if set(word) & KAZAKH_LETTERS:
        return (("kk", 2.0),)
    voice = 2.0 if len(plain) > 1 else 1.0  # a letter alone may also name a form or a group
    found = [(language, voice) for language in _VOICES.get(plain, ())]
    if not found and len(plain) > 3:
        found += [("kk", 1.0)] * bool(_KAZAKH_END.search(plain)) + [("ru", 1.0)] * bool(_RUSSIAN_END.search(plain))
    return tuple(found)

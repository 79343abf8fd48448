"""The vectors of search: words, stems and keys, candidates, queries, ranks, snippets. Every input is made up here."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tamizdat.format.words import words
from tamizdat.search import english, kazakh, russian
from tamizdat.search.query import parse
from tamizdat.search.ranking import Match, rank
from tamizdat.search.snippets import snippet
from tamizdat.search.widening import LANGUAGES, candidates, heads, relatives, typed, typed_heads

RUSSIAN_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
KAZAKH_LETTERS = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
HALF = "\ud83c"

# -- texts -----------------------------------------------------------------------------------------------------------

TEXTS = [
    *(f"{letter}{letter.upper()} {letter}" for letter in dict.fromkeys(KAZAKH_LETTERS + RUSSIAN_LETTERS)),
    *(f"х{letter}{mark}х" for letter in "аеиуыіЕИУІ" for mark in "\u0300\u0301\u0306\u0308"),
    *(f"naïve{dash}co\u00f6perate d’État{dash}O{quote}Brien" for dash in "-–—\u2010\u2011" for quote in "'’ʼʻ‘`´"),
    "Ёлка, ёж и ЕЖ", "мы\u00adши\u200bная \u200cло\u200dги\ufeffка", "\u00ad \u200b", "\u0301", "е\u00ad\u0308",
    "Жаңаөзен — Жанаозен", "ҚАЗАҚСТАН Республикасы", "İstanbul Iğdır ışık straße ŒUVRE ǅ", "ΣΊΣΥΦΟΣ σίσυφος",
    "العَرَبِيَّة كِتَابٌ", "עִבְרִית", "中华人民共和国, 日本語のテキスト 한국어", "საქართველო ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ",
    "हिन्दी क़", "ภาษาไทย", "Հայերեն ԵՎ և",
    "👩‍👩‍👧 family", "🇰🇿🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ ❤️мост", "мост🌉", "🥹мост",
    "½ ² Ⅷ ٣ ३ 10,5% №7 55-ші 2°", "a_b a.b a/b a@b #tag C++",
    "nul\0nul", "\t\r\n\u2028\u2029\u0085\u00a0", "", " ", f"{HALF}a {HALF}", f"a{HALF}\ud800b", "\udc00\ud83c",
    "𐐀𐐨 𝒜 𠀀𠀁",
    *(chr(point) * 2 + "x" for point in range(0x21, 0x180, 3)),
    *(f"а{chr(point)}б" for point in range(0x300, 0x370, 5)),
    *(chr(point) + chr(point + 1) for point in range(0x370, 0x3400, 97)),
]  # fmt: skip


def _texts() -> Iterator[dict[str, Any]]:
    for text in dict.fromkeys(TEXTS):
        yield {"text": text, "words": words(text)}
    for text, times in (("Ё\u00adж ", 30), ("é", 100), ("\ud800", 1_000_000)):
        yield {"text": text, "times": times, "words": words(text * times)}


# -- words of languages ----------------------------------------------------------------------------------------------

NOUNS = {
    "": "город завод мост театр президент закон суд журналист митинг Токаев Назарбаев Павлодар".lower(),
    "а": "газета школа правда Астана Караганда победа сестра банка книга".lower(),
    "я": "земля неделя история Россия Азия песня статья партия".lower(), "о": "окно слово письмо место".lower(),
    "ие": "заявление решение правительство собрание", "ь": "день уровень рубль тетрадь область помощь конь",
    "й": "музей китай случай герой край", "ец": "отец конец палец китаец казахстанец", "ок": "рынок участок возраст",
}  # fmt: skip
CASES = "а у ом е ы ов ам ами ах и ой ою ям ями ях я ю ем ем ей ью ь ия ию ии ев".split()
VERBS = """
    писать пишу пишет пишут писал писала написано пишущий требовать требует требуют требовал требующих рисуем
    иметь имеет имеют имел имела имеющий вернуться вернется вернулись вернувшийся обратить обращу обращено обращенный
    ходить хожу ходит ходил любить люблю любит любимый платить плачу платят оплаченный просить прошу просят существует
    существовать существовавший произойти произошло произойдет прийти пришел придут пришедшая пойдем найти найден
    найденная
    вести ведет вел провела проведенной приведут мочь могу может могли смог поможет расти растет вырос взять
    возьмет взяла
    дать даст данный отдадут продан стать стал стали станет ставший быть был будет будучи бывшего жить живет жили
    живущим
    начать начнет начали начатый принять принял примут принятый занялись понять поймут поняла звать зовут назвали
    позвать
    ждать ждут сказать скажут хотеть хочет хотят бежать бегут лечь лег лягут сесть сели пить пьют открыть открыли
    откроет
    спеть спасая сделав сделавши договорившись договорились боится боятся смеясь нес несет принесенные брать
    собрали соберут
""".split()
ADJECTIVES = (
    "новый важный государственный синий русский большой независимый лучший хороший сильнейший крупнейшая".split()
)
IRREGULAR = """
    человек люди людей год лет годами день дня дней время времени имя имена мать матери дочь ребенок дети друг
    друзья брат
    он его она ей они ними кто кому что чем весь всех этот эти один двух два три сто любовь любви лоб лба сон сна
    цветы
    хорошо лучше много больше поздно позже стул стулья муж мужья казах казахи казахский казахстан уральск москва
    европа
""".split()
KAZAKH_STEMS = """
    бала мектеп қала ел жер кітап халық орын президент министр Жаңаөзен Тоқаев Назарбаев Қазақстан Қазақ Алматы Астана
    Қарағанды Ақтөбе Шымкент Өскемен Ертіс үй су тау жол ауыз көңіл мұғалім оқушы дәрігер заң сот газет құқық
    бейбітшілік
    күн ай жыл сөз тіл қыз ұл әке шеше дос адам аң ән өнер құс
""".lower().split()
CHAINS = """
    . лар лер дар дер тар тер лары лері ларымыз леріміз ы і сы сі ым ім ыңыз ның нің дың дің тың тің ға ге қа ке
    на не ны ні
    ды ді ты ті н да де та те нда нде дан ден тан тен нан нен мен бен пен дағы дегі тағы тегі ндағы ларының
    лерінің ларында
    лерінен ларымызға нікі дікі мын сың сыз дай дей тай ша ше дағылар дегілердің ғы гі
""".replace(".", " ").split()
KAZAKH_VERBS = (
    "бар кел айт жаз оқы сөйле дамы баста бол қал ал көр біл жаса ретте қолда қара енгіз сат ұйымдастыр де же".split()
)
VERBAL = """
    ды ді ты ті дым дік ған ген қан кен ғанда генде қаннан ады еді йды йді ып іп п у уға уде ар ер р мақ мек са
    се саң майды
    мейді байды пейді маған меген ылды ілді алады інген ылған атын етін йтын ушы уші сын сін айық ейік ғалы гелі
    иды имын
""".split()
KAZAKH_OTHERS = """
    халқы орны аузы көңлі кітабы мектебі қызығы оқиды дамиды дамитын бұл мұның мұнда ол оның онда сол соған мен
    маған сен
    біз сіз боп болып деп деген екі екінші үш үшінші бүгінгі кешкі жаздағы өзінің жатыр казакстан казакша онер
    тен алматыда
    астанадан токаевтың жанаозенде шымкентте ресейде мәскеуде қытайға еуропада
""".split()
ENGLISH = """
    run runs running ran runner happy happily happiness nation national nationalize nationality relational conditional
    hopping hoping hoped agreed feed bled plastered motoring sized troubled conflated falling hissing fizzed failing
    filing sky skies dying lying tying news howe inning proceed exceeding succeeded generate general generally
    generous
    communism communal community arsenal arsenic universe university ties tied cries cried by say says said yes
    knightly kneaded sensational argument arguments organisation organization vietnamization operator feudalism
    decisiveness
    hopefulness callousness formality sensitivity sensibility triplicate formative formalize electricity
    electrical hopeful
    goodness revival allowance inference airliner adjustable defensible irritant replacement adjustment dependent
    adoption
    activate angularity homologous effective bowdlerize probate rate cease controll roll analogy geology apologies
    man men woman women child children foot feet go went gone be was were people person better best ferry ferries mice
    government governments governed governing governor kazakhstan kazakhs president presidents presidential presidency
    bridge bridges bridged bridging tokayev fluently mildly quickly early only singly gas this thus bus buses focus
    beautiful beauty youth boy boys buying toy play played playing yellow syzygy ab a i yy eye
    directly friend friendly friendlies reply replies replied replying fly flies lie lies lied assembly assemblies
    assemble probably probable publicly public monthly family families july holy
""".split()


def _russian() -> Iterator[str]:
    for ending, nouns in NOUNS.items():
        for noun in nouns.split():
            base = noun.removesuffix(ending)
            yield noun
            yield from (base + case for case in CASES[:: 1 + len(base) % 2])
    yield from VERBS
    for adjective in ADJECTIVES:
        yield adjective
        yield from (adjective[:-2] + ending for ending in "ого ому ыми их ая ую ее ейшими остью".split())
    yield from IRREGULAR
    yield from (f"а{letter}а" for letter in RUSSIAN_LETTERS if letter != "ё")


def _kazakh() -> Iterator[str]:
    for number, stem in enumerate(KAZAKH_STEMS):
        yield stem
        yield from (stem + chain for chain in CHAINS[number % 5 :: 5])
    for number, stem in enumerate(KAZAKH_VERBS):
        yield from (stem + ending for ending in VERBAL[number % 3 :: 3])
    yield from KAZAKH_OTHERS
    yield from (f"ба{letter}" for letter in KAZAKH_LETTERS if letter != "ё")


def _stems() -> Iterator[dict[str, Any]]:
    for word in dict.fromkeys(_russian()):
        yield {"language": "ru", "word": word, "stem": russian.stem(word), "keys": _sorted(russian.keys(word))}
    for word in dict.fromkeys(ENGLISH):
        yield {"language": "en", "word": word, "stem": english.stem(word), "keys": _sorted(english.keys(word))}
    for word in dict.fromkeys(_kazakh()):
        yield {"language": "kk", "word": word, "keys": _sorted(kazakh.keys(word))}


def _sorted(found: dict[str, int]) -> dict[str, int]:
    return dict(sorted(found.items()))


# -- candidates ------------------------------------------------------------------------------------------------------

ASKED = """
    Токаев Токаевым Тоқаев Тоқаевтың Жаңаөзен Жанаозен Жаңаөзендегі Жанаозене Назарбаева казакстан Қазақстан
    казахстана
    қазақша казахи алматыда Алматы астанада караганде Қарағанды москва мәскеуде уральск орал еуропа Ресей пришел
    произойти
    провела человек люди лет дня время конец рынке существует требовать имеет мектептер мектебі балалар халқы
    онер өнер тен
    қыз кыз уй үй президент президента журналисты газета кел келген бар барды ал сол соған оқиды city cities ran
    running
    directly direct reply fly
    children government presidents kaza прези мект құ中 中华 საქარ хорошо 55 2010 ё é
""".lower().split()
# Not in the vocabulary: typed on a Russian keyboard.
TYPED = """
    кыздарга жанаозендеги онердин онерге халкынын кундерди адамдын баланын кыздын жерлерин мектептин тоқаевтын картина
    причины прези балалардын елдиң
""".split()
OTHERS = ["中华人民共和国", "საქართველო", "cafe", "5555"]
VOCABULARY = sorted({word for text in [*ASKED, *_russian(), *_kazakh(), *ENGLISH, *OTHERS] for word in words(text)})


def _candidates() -> Iterator[dict[str, Any]]:
    for asked in dict.fromkeys(word for text in [*ASKED, *TYPED] for word in words(text)):
        begun, others = heads(asked), relatives(asked)
        terms = [term for term in VOCABULARY if term.startswith(tuple(begun)) or term in others]
        found = {language: candidates(asked, language, terms) for language in LANGUAGES}
        tiers = {language: _sorted(each) for language, each in found.items()}
        heads_typed = typed_heads(asked, "kk", found["kk"])
        as_typed = typed(asked, [term for term in VOCABULARY if term.startswith(tuple(heads_typed))])
        case = {"word": asked, "heads": begun, "relatives": len(others), "tiers": tiers}
        yield case | {"typed": {"heads": heads_typed, "tiers": _sorted(as_typed)}}


# -- queries ---------------------------------------------------------------------------------------------------------

QUERIES = [
    "", " ", '"', '""', '"""', "-", "--", "- a", "-a", "--a", "a-b", "-a-b", '-"a b"', '"a b', 'a"b c"d', "*", "a*",
    "NEAR(", "NEAR(a b)", "NOT", "AND OR", "title:bridge", "(", ")", "^a", "a + b", "\0", "a\0b", f"{HALF}",
    f"a{HALF} \ud800b", "_", "🌉", "«Новый мост»", "„Quotes“ “too” ‟here”", "\\", "%_", "[a-z]",
    "tag:culture", "TAG:Culture", 'tag:"new culture"', "-tag:culture", "tag:", 'tag:""', "tag: culture",
    "-tag:a -tag:a tag:b tag:B", "author:weiss", 'author:"Dana Weiss"', "-author:weiss", "author:a-b -\"c\"",
    "before:2025", "after:2025-06", "after:2025-06-30", "before:noon", "after:2025-6", "before:", "before:2025\n",
    "-before:2025", "-after:2025-06", "before:2025 before:2024 after:2020 after:2021-02", "before:٢٠٢٥",
    "мост -старый tag:город after:2024", "a a A \"a\" \"A\"", "Нур-Султан O'Brien 3.5", "cafe\u0301 CAFÉ", "Ёж ёж еж",
    "a\u00a0b\u3000c\u2028d\ufeffe\u200bf", "'; DROP TABLE articles; --", "ſtag:x Kelvin:K",
    "x" * 3000, "a\u0301" * 600, "𐐀" * 1200, " ".join(str(number) for number in range(200)), "-".join("abcdefghij" * 5),
]  # fmt: skip
LARGE = [
    ("мост ", 200_000),
    ('"', 1_000_000),
    ("-", 1_000_000),
    ("(" * 10, 100_000),
    ("\ud83c", 1_000_000),
    ("é", 500_000),
]


def _queries() -> Iterator[dict[str, Any]]:
    for text in [*QUERIES, *(f"{letter} {letter.upper()}{letter}" for letter in KAZAKH_LETTERS)]:
        yield {"text": text, "query": msgspec.to_builtins(parse(text))}
    for text, times in LARGE:
        yield {"text": text, "times": times, "query": msgspec.to_builtins(parse(text * times))}


# -- ranks and snippets ----------------------------------------------------------------------------------------------


def _ranks() -> Iterator[dict[str, Any]]:
    dates = ("2026-11-22T06:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "")
    for number, (tier, column, times) in enumerate(itertools.product((0, 1, 4), (0, 3), (1, 2, 3, 1000, 2**31))):
        matches = [Match(tier, column, times), Match(1, 2, number)][: 1 + number % 2]
        yield {"matches": matches, "published": dates[number % 4], "rank": rank(matches, dates[number % 4])}
    yield {"matches": [], "published": dates[0], "rank": rank([], dates[0])}


LONG = " ".join(f"word{number}" for number in range(100))
# A text may be given as pieces, each so many times.
SNIPPETS: list[tuple[list[Any], list[tuple[list[str], int]]]] = [
    ([], []),
    ([""], []),
    (["The old bridge was closed."], [(["bridge"], 0)]),
    (["The old bridge."], []),
    (["", "A summary."], [(["no"], 0)]),
    (["nothing here", "the Bridge, in the summary"], [(["bridge"], 0)]),
    ([LONG], [(["word50"], 0), (["word52"], 1)]),
    ([LONG], [(["word10"], 0), (["word60"], 0), (["word61"], 1)]),
    ([LONG], [(["word99"], 0)]),
    ([LONG], [(["word0"], 0)]),
    ([LONG], [(["word5", "word6"], 0), (["word6"], 1)]),
    ([LONG], [(["word5"], 0), (["word5", "word6", "word7"], 1)]),
    ([LONG], [([f"word{number}"], number % 3) for number in range(0, 100, 7)]),
    (["  a\n\n b\u00a0\u3000c\t"], [(["b"], 0)]),
    (["Мы\u00adши ёлка ЁЛКА"], [(["мыши"], 0), (["елка"], 1)]),
    (["👩\u200d👩\u200d👧 мост🌉 <b>мост</b> & мост"], [(["мост"], 0)]),
    ([f"a{HALF}b b"], [(["b"], 0)]),
    (["aa aa aa aa"], [(["aa", "aa"], 0)]),
    (["Нур-Султане и Султан"], [(["нур", "султане"], 0)]),
    ([[("я ", 70_000)]], [(["я"], 0)]),
    ([[("x ", 60_000), ("далеко", 1)]], [(["далеко"], 0)]),
    ([[("𐐀", 900), (" b c", 1)]], [(["b"], 0)]),
    ([[("𐐀", 900), (" b c", 1)]], []),
    ([[(f"{'я' * 30} ", 50)]], [(["я" * 30], 0)]),
    ([[("🌉🌉🌉🌉🌉🌉🌉🌉🌉🌉a ", 60)]], [(["a"], 0)]),
]


def _snippets() -> Iterator[dict[str, Any]]:
    for texts, sought in SNIPPETS:
        found = snippet([_whole(text) for text in texts], {tuple(row): item for row, item in sought}, ("[", "]"))
        yield {"texts": texts, "sought": sought, "snippet": found}


def _whole(text: Any) -> str:
    return text if isinstance(text, str) else "".join(piece * times for piece, times in text)


# -- files -----------------------------------------------------------------------------------------------------------


def files() -> dict[str, bytes]:
    """Every file, by its name."""
    made = {
        "words": _texts(), "stems": _stems(), "candidates": _candidates(), "queries": _queries(), "ranks": _ranks(),
        "snippets": _snippets(),
    }  # fmt: skip
    named = {f"search/{name}.json": _written(cases) for name, cases in made.items()}
    return named | {"search/vocabulary.json": _written(VOCABULARY)}


def _written(cases: Iterable[object]) -> bytes:
    """A list, a case a line; halves of surrogate pairs, which UTF-8 can't have, as JSON's escapes."""
    lines = (json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text).encode()

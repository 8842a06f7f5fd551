"""Personal data: what leads to a person is masked or known by its column, what does not is left alone."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coursewaves.privacy.masking import MARK, MOST_TEXTS, masked, personal_kind
from coursewaves.problems import described
from coursewaves.reading.records import read_records
from coursewaves.survey.files import BUILT_IN, load_survey

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"

# Open answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "aigul@example.kz",
        "a.b-c_d+e@mail.example.com",
        "айгүл@мысал.қаз",
        "aigul@xn--80a1acny.xn--80ao21a",
        "aigul(at)example.kz",
        "aigul (at) mail.ru",
        "aigul [at] mail [dot] ru",
        "aigul{собака}mail.ru",
        "aigul собака mail точка ru",
        "aigul собачка майл ру",
        "aigul айқұлақ gmail нүкте com",
        "aigul at gmail",
        "aigul @ gmail . com",
        "aigul@ mail.ru",
        "aigul @mail.ru",
        "aigul@mail",
        "aigul@@mail.ru",
        "aigul_87011234567@mail.ru",
        "+7 701 123 45 67",
        "+7 (701) 123-45-67",
        "8(701)1234567",
        "8-701-123-45-67",
        "8 (7172) 12-34-56",
        "8.701.123.45.67",
        "8*701*1234567",
        "87011234567",
        "7011234567",
        "+7 - 701 - 123 - 45 - 67",
        "+7–701–123–45–67",
        "+7 701 123 45 67",
        "701/123/45/67",
        "\u202a+7\u2011701\u2011123\u201145\u201167\u202c",
        "8\ufe0f\u20e37\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e32345\ufe0f\u20e367",
        "+998 90 701 85 01",
        "850101300123",
        "850101 300 123",
        "85 01 01 300123",
        "4400 4301 2345 6789",
        "https://example.kz/a?b=c",
        "www.example.kz",
        "t.me/aigul_k",
        "vk.com/aigul",
        "@aigul_k",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Жазыңыз: {}, рахмет", "({})", "тел.{}!", "{} - менікі", "«{}»", "\n{}\n"])
def test_what_leads_to_a_person_is_masked(secret, around):
    shown = masked(around.format(secret))
    assert MARK in shown
    assert secret not in shown
    assert not any(part in shown for part in ("701", "aigul", "айгүл", "7172", "4400", "8501"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("тел87011234567нөмірі", "тел[•••]нөмірі"),
        ("тел. 25-63-14", "тел. [•••]"),
        ("Тел.: 256314.", "Тел.: [•••]."),
        ("телефон нөмірі 256-31-42 (қала)", "телефон нөмірі [•••] (қала)"),
        ("звоните 256-31-42", "звоните [•••]"),
        ("ұялы: 123 45 67", "ұялы: [•••]"),
        ("ЖСН 85010130012", "ЖСН [•••]"),
        ("ИИН: 850101300", "ИИН: [•••]"),
        ("удостоверение личности № 012345678", "удостоверение личности № [•••]"),
        ("instagram: aigul.k", "instagram: [•••]"),
        ("Инстаграмда aigul_90", "Инстаграмда [•••]"),
        ("пишите:aigul@mail.ru.", "пишите:[•••]."),
        ("a@b.kz, c@d.kz; e@f.kz", "[•••], [•••]; [•••]"),
        ("a@b.kz/c@d.kz", "[•••]"),
        ("2025 жылы 87011234567", "2025 жылы [•••]"),
        ("2025 87011234567", "2025 [•••]"),
        ("10.10.2025, +7 701 123 45 67", "10.10.2025, [•••]"),
        ("8.7.01.1234567", "[•••]"),
    ],
)
def test_what_stands_around_a_masked_part_stays(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2024-2025 оқу жылы",
        "2023-2024, 2024-2025 және 2025-2026 оқу жылдары",
        "2020 2021 2022 2023",
        "72 сағат, 5 тақырып, 100 %",
        "10.10.2025 сағат 13:29",
        "10.10.2025 13:29",
        "10.10.2025-20.10.2025",
        "2025-10-10 - 2025-10-20 36 сағат",
        "10.10.25-15.10.25",
        "09:00-18:00 13:00-14:00 15:30-16:30",
        "1000000 теңге",
        "1 000 000 теңге, 250 000 тг",
        "телефон 10000 теңге",
        "тел. 2025 жылы алынды",
        "телефон 5 адамға",
        "интел 12345",
        "бұйрық № 123456",
        "№ 25 бөбекжай",
        "NA",
        "-",
        "A4.1 мен A4.2",
        "және/немесе",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
        "Telegram каналы, WhatsApp чат, Instagram",
        "look at the board",
        "у нас собака Мухтар",
        "т.б. т.с.с.",
        "",
    ],
)
def test_what_leads_to_nobody_stays(text):
    assert masked(text) == text


WORDS = (
    "aigul ә 1 8 +7 701 87011234567 2024 10.10.2025 13:29 25-63-14 256-31-42 12345 @ . , - / : ( ) [ ] _ at собака "
    "точка mail gmail.com mail.ru ru https:// www. vk.com/ x.kz/y тел. телефон нөмірі ИИН instagram: инстаграм insta "
    "теңге % № \u202a \ud800 [•••] • паспорт"
)
PIECES = st.sampled_from([*WORDS.split(), " ", "  ", "\n", "\u00a0"])


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=200))
@example("@abcwww.x")
@example("8701 2025 2025 2025 тел 2024 2025 2026 2027")
def test_a_masked_text_is_masked_once_and_for_all(text):
    once = masked(text)
    assert masked(once) == once


@given(st.text(max_size=60), st.sampled_from(["aigul@example.kz", "87011234567", "+7 (701) 123-45-67", "850101300124"]))
def test_no_text_around_saves_an_identifier(text, secret):
    half = len(text) // 2
    assert secret not in masked(text[:half] + secret + text[half:])


@pytest.mark.parametrize(
    "unit",
    ["a", "1 ", "a.", "@", "a@", "www", "a/", "a-.kz", "1     ", "a собака ", "a at b. ", "a(at)b.", "a@ b.b.b ",
     "a@b,", "2024-10-10-", "10.10.2025 ", "10-10-", "12 345 678 ", "9 9 9 9 9 9 9 9 9x", "тел 1 ", "телефон нөмірі ",
     "паспорт 12345", "insta ", "instagram_", "instagram:a", "1:11 ", "[•••]", "a [at] mail [dot] ", "\u200b", " "],
)  # fmt: skip
def test_a_long_cell_takes_no_time(unit):
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    masked(text)
    assert time.process_time() - started < 5  # P14: bounded whatever is sent


# Columns -------------------------------------------------------------------------------------------

HEADERS = {
    "email": [
        "Email Address", "Email", "E-mail", "e-mail:", "Submitter Email", "RecipientEmail", "Recipient Email",
        "Адрес электронной почты", "Электронная почта", "Эл. почта", "Введите адрес электронной почты",
        "Электрондық пошта мекенжайы", "Электрондық пошта", "Электрондық поштаңызды енгізіңіз", "3. E-mail*",
    ],
    "name": [
        "Name", "First Name", "Last Name", "firstname", "last_name", "RecipientFirstName", "Recipient Last Name",
        "User's full name", "Full Name - First Name", "Submitter", "Your <strong>name</strong>", "Participant's name",
        "Personal data: First name", "firstname. First name", "name_of_participant",
        "ФИО", "Ф.И.О.", "Фамилия", "Имя", "Отчество", "Полное имя", "Имя и фамилия", "ФИО, должность",
        "Фамилия, имя, отчество (при наличии)", "2) Ваше ФИО:", "ФИО слушателя",
        "Аты-жөні", "Аты-жөніңіз", "Тегі", "Аты", "Әкесінің аты", "Толық аты", "Аты мен тегі", "Т.А.Ә.",
        "1. Аты-жөніңізді жазыңыз", "Тыңдаушының аты-жөні", "Аты-жөні / ФИО", "Аты-жөніңіз / Ваше ФИО / Your full name",
        "Аты-жөнi", "Аты-жони", "АТЫ\u2011ЖӨНІ", "Аты-\u200bжөні",
    ],
    "phone": [
        "Phone", "Phone number", "phonenumber", "Contacts [Phone]", "Телефон", "Телефон (WhatsApp)",
        "Укажите Ваш номер телефона", "Контактный телефон", "Байланыс нөмірі", "Телефон нөміріңізді жазыңыз",
        "Ұялы телефоныңыз",
    ],
    "iin": ["IIN", "ИИН", "ЖСН", "ЖСН / ИИН", "Жеке сәйкестендіру нөмірі", "Индивидуальный идентификационный номер"],
    "address": ["Latitude", "LocationLatitude", "Location Longitude", "_geolocation", "Адрес", "Домашний адрес",
                "Мекенжайы", "Тұрғылықты мекенжайыңыз"],
    "ip": ["IP Address", "IPAddress", "IP address", "ipaddr", "ipaddr. IP address", "IP-адрес"],
    "account": [
        "Username", "User name", "username", "_submitted_by", "External Data Reference", "ExternalReference", "refurl",
        "Referrer URL", "deviceid", "Имя пользователя", "Логин", "Пайдаланушы аты",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "header"), [(kind, header) for kind, headers in HEADERS.items() for header in headers]
)
def test_a_personal_header_is_known_as_forms_and_platforms_write_it(kind, header):
    assert personal_kind(header, []) == kind
    assert personal_kind(f" {header.upper()} ", ["", "x1"]) == kind


@pytest.mark.parametrize(
    "header",
    [
        "Name of the course", "Course name", "Rate the name", "Атауы", "Курстың аты", "Бағдарлама атауы",
        "Название курса", "Имя файла", "Тренердің аты-жөні", "Collector", "Collector ID", "Respondent ID",
        "Response ID", "ID", "Token", "Access code", "Timestamp", "Start time", "Тыңдаушы коды", "Participant code",
        "Participant", "Жеке кодыңыз", "Which devices do you use? [Phone]", "Как с Вами связаться/e-mail",
        "Почта России", "Адрес сайта удобен?", "Электрондық пошта арқылы қолдау жеткілікті болды ма?",
        "Телефонмен жұмыс істеу ыңғайлы ма?", "Email was useful", "Was the address by name helpful?", "Region",
        "Город", "Должность", "Лауазымыңыз", "User friendliness", "Your", "",
        "1.", "?", "Position, group", "name " * 50,
    ],
)  # fmt: skip
def test_a_question_is_no_personal_header(header):
    assert personal_kind(header, []) is None
    assert personal_kind(header, ["Айгүл", "жақсы", "5"]) is None


@pytest.mark.parametrize("ticks", [["Phone", ""], ["0", "1"], ["Yes"], ["Да", "Нет"], ["TRUE", "FALSE"], ["иә", " "]])
def test_an_option_that_was_ticked_tells_of_nobody(ticks):
    assert personal_kind("Phone", ticks * 3) is None


def test_a_header_alone_decides_where_nobody_has_answered():
    assert personal_kind("Phone", ["", " "]) == "phone"
    assert personal_kind("Phone", ["Phone", "+7 701 123 45 67"]) == "phone"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["aigul@example.kz"], "email"),
        (["aigul@example.kz", "жоқ"], "email"),
        (["aigul@example.kz", "жоқ", "кейін"], None),
        (["aigul@example.kz", "", " ", "\u200b"], "email"),
        (["aigul@example.kz"] + ["жоқ"] * 50, "email"),  # distinct texts count
        (["8 701 123 45 67", "8 7172 25 63 14", "-"], "phone"),
        (["8 701 123 45 67 / 8 702 123 45 67"], "phone"),
        (["850101300124", "791028302728"], "iin"),
        (["850101300124", "791028302728", "aigul@example.kz"], "iin"),
        (["8 701 123 45 67", "aigul@example.kz"], "email"),  # of two equally frequent kinds the first by name
        (["850101300123", "791028302729"], None),  # no sound control digits
        ([str(11423456789 + 13 * number) for number in range(200)], None),  # as SurveyMonkey numbers respondents
        (["пишите на aigul@example.kz"], None),
        (["5", "4", "3"], None),
        (["R_1QfXs3eYQ", "R_2zQ"], None),
        ([], None),
        (["", " "], None),
    ],
)
def test_cells_tell_where_the_header_does_not(texts, kind):
    assert personal_kind("Сұрақ", texts) == kind


def test_twelve_digits_by_chance_are_no_iins():
    chance = random.Random(1)
    assert personal_kind("ID", [f"{chance.randrange(10**12):012d}" for _ in range(1000)]) is None


@given(st.randoms(), st.integers(0, 40), st.integers(0, 40))
def test_the_order_and_the_number_of_rows_change_nothing(chance, n_personal, n_other):
    texts = [f"user{number}@example.kz" for number in range(n_personal)] + [
        f"сөз {number}" for number in range(n_other)
    ]
    more = texts * 3
    chance.shuffle(more)
    expected = "email" if n_personal and n_personal >= n_other else None
    assert personal_kind("Сұрақ", texts) == personal_kind("Сұрақ", more) == expected


def test_a_long_column_is_judged_by_texts_that_do_not_depend_on_their_spelling():
    mails = [f"{letter}{number}@example.kz" for letter in "0zя" for number in range(20_000)]
    others = [f"{letter} {number}" for letter in "0zя" for number in range(40_000)]
    assert len(mails) > MOST_TEXTS
    started = time.process_time()
    assert personal_kind("Сұрақ", mails) == "email"
    assert personal_kind("Сұрақ", mails + others) is None  # a third
    assert personal_kind("Сұрақ", others[:10_000] + mails) == "email"  # 10 000 that a sorted list would begin with
    assert time.process_time() - started < 5


@given(st.text(max_size=100), st.lists(st.text(max_size=30), max_size=5))
@example("\ud800", ["\ud800"])
@example("[[((//", ["@"])
def test_no_column_raises(header, texts):
    assert personal_kind(header, texts) in (*HEADERS, None)


def wordings(folder: Path):
    """Every text that an instrument folder shows to people or records as a header, and the entry's id."""
    survey = load_survey(folder)
    entries = [*survey.background]
    for instrument in survey.instruments:
        entries += [*instrument.items, *instrument.grids]
    for entry in entries:
        yield from ((entry.id, text) for text in (entry.id, *entry.text.values(), *entry.headers))
    for scale in survey.scales:
        for option in scale.options:
            yield from ((scale.id, text) for text in (*option.text.values(), *option.also))


@pytest.mark.parametrize(
    "folder", [BUILT_IN, *sorted(ROOT.glob("examples/*/instruments"))], ids=lambda folder: folder.parent.name
)
def test_no_wording_of_any_questionnaire_is_personal_but_those_left_out_as_such(folder):
    meant = {"ID12": "email", "ID13": "account"} if folder == BUILT_IN else {}
    found = list(wordings(folder))
    wrong = [text for entry, text in found if entry not in meant and personal_kind(text, [])]
    assert {entry for entry, _ in found} >= set(load_survey(folder).by_id["items"])  # none was passed over
    assert wrong == []
    for entry, text in found:
        if entry in meant and text != entry:
            assert personal_kind(text, []) == meant[entry]


PERSONAL_IN_REAL_FILES = {"Submitter": "name", "Submitter Email": "email"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real exports are not on this machine")
def test_every_column_of_the_real_exports_is_judged_right():
    """Checked by hand: only the exports of one platform hold personal columns, in each of its 6 files two."""
    found, n_columns = [], 0
    for path in sorted(SHARED.rglob("*.csv")):
        records = read_records(path)
        for place, header in enumerate(records.header):
            kind = personal_kind(header, [cells[place] for _, cells in records.rows])
            assert kind == PERSONAL_IN_REAL_FILES.get(header), (path.name, header)
            found += [kind] if kind else []
            n_columns += 1
    assert n_columns > 1000
    assert len(found) == 12


# Problems ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["7", "-1", "2.5", "6", "C-2025-07", "31.02.2025", "1e1"])
def test_a_problem_shows_codes_numbers_and_dates(value):
    assert described(value) == repr(value)


@pytest.mark.parametrize(
    "value", ["aigul1990", "Room 5 bad", "87011234567", "7172123", "Айгүл5", "bad", "a@b.kz", "+7 701", "5 жақсы"]
)
def test_a_problem_shows_no_words_names_or_numbers_of_people(value):
    assert described(value) == f"text of {len(value)} characters"


def test_a_problem_names_an_empty_cell():
    assert described(" \t") == "an empty cell"

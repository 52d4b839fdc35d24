"""A guess is right for a dozen names of one language, and for symbols in English."""

import pytest

from pipeline.stages.read.guess import guess

LANGUAGES = {
    "German": (
        "windows-1252",
        "Müller Jäger Größe Straße Günther Köhler Weiß Grüße für über Öffnung Rückruf",
    ),
    "French": (
        "windows-1252",
        "François Loïc Anaïs Gaëlle Hélène Benoît Noël Aïcha réunion société sûr",
    ),
    "Spanish": (
        "windows-1252",
        "José María Peña Muñoz Íñigo Ángel González también teléfono Iván mañana",
    ),
    "Portuguese": (
        "windows-1252",
        "João São Conceição Simões Araújo Antônio Cláudia reunião não "
        "próxima Luís você",
    ),
    "Italian": (
        "windows-1252",
        "perché Niccolò città qualità venerdì possibilità così però già più Forlì è",
    ),
    "Dutch": (
        "windows-1252",
        "Daniëlle Zoë Joël België coördinatie reünie één ruïne cliënt Noël Chloë café",
    ),
    "Swedish": (
        "windows-1252",
        "Björn Åsa Håkan Lindström Göran Märta Örjan Malmö möte nästa på åter",
    ),
    "Danish": (
        "windows-1252",
        "Jørgensen Søren Bjørn Åse Kjær Næss Møller Håkon møde næste på Ægir",
    ),
    "Icelandic": (
        "windows-1252",
        "Jón Guðmundsson Þór Sigurður Kristín Guðrún Ásdís Ævar Björk Þórunn Páll Örn",
    ),
    "English": (
        "windows-1252",
        "don\u2019t we\u2019re “Hi” naïve café résumé £500 it\u2019s "
        "client\u2019s Renée ½ 20°",
    ),
    "Czech": (
        "windows-1250",
        "Dvořák Černý Růžička Jiří Šimek Kučera Němec Zdeněk Tomáš příští týden žádost",
    ),
    "Polish": (
        "windows-1250",
        "Łukasz Gdańsk Żółty Wójcik Kamiński Woźniak Dąbrowski Paweł dziękuję już Łódź",
    ),
    "Hungarian": (
        "windows-1250",
        "Horváth Győr Szabó László Zoltán Erzsébet Gergő Ügyfél "
        "következő köszönöm jövő "
        "Időpont",
    ),
    "Croatian": (
        "windows-1250",
        "Kovačić Šimić Babić Đurić Živković Petrović Čačić Mišić sljedeći Ružić Božić "
        "Jurić",
    ),
    "Romanian": (
        "windows-1250",
        "Ştefan Ţiriac Mănescu Brătianu Ionuţ Cătălin şedinţă ofertă Iaşi Timişoara "
        "întâlnire Dănuţ",
    ),
    "Russian": (
        "windows-1251",
        "Иванов Петров Москва Ольга встреча звонок клиенту письмо договор завтра и я",
    ),
    "Ukrainian": (
        "windows-1251",
        "Київ Шевченко зустріч Олексій Юлія Харків дзвінок клієнта Тетяна Їжак",
    ),
    "Japanese": (
        "cp932",
        "田中太郎 鈴木 佐藤花子 会議 ミーティング 契約書の確認 電話 高橋 東京 見積",
    ),
    "Chinese": (
        "gb18030",
        "王伟 李娜 张敏 北京 电话会议 有限公司 客户 你好 上海 陈静 报价 下周",
    ),
    "German of a Mac": (
        "mac-roman",
        "Müller Jäger Größe Straße Günther Köhler Weiß Grüße für über Öffnung Rückruf",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guess_reads_the_names_of_a_language(language: str) -> None:
    encoding, names = LANGUAGES[language]
    lines = [
        f"{number},{name},Follow up,2024-03-01\n"
        for number, name in enumerate(names.split(), start=1)
    ]

    assert guess("".join(lines).encode(encoding)) == encoding


@pytest.mark.parametrize(
    "name", ["Müller", "José", "naïve", "Søren", "Loïc", "£500", "¿Qué tal?", "Œuvre"]
)
def test_a_single_western_name_is_read_as_windows_1252(name: str) -> None:
    assert guess(f"1,{name},Follow up\n".encode("windows-1252")) == "windows-1252"

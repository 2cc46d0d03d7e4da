"""Every variable with every kind of nonsense: one line that names the variable and the cure, and no password.

Generated from the table of settings, so that a variable that is added later is tested too.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.template_files import read_templates
from bot.core.dns.nameservers import parse_nameservers
from bot.settings import Settings
from bot.settings.cures import to_cures
from bot.storage.data_folder import why_unusable
from bot.web.listen import CannotListen, bind
from tests.rows import each_row

SECRET = "geheim4711"  # noqa: S105 - must be in no line
NONSENSE = {
    "text": "nonsense",
    "a negative number": "-1",
    "a huge number": "1e999",
    "no number": "nan",
    "a number of another script": "\u0663",
    "half a URL": "http://[",
    "no scheme": "://",
    "a long text": "x" * 20_000,
    "no UTF-8": "\udcff\udcfe",
    "a line break": "a\nb",
    "a null byte": "a\0b",
    "a terminal's colours": "\x1b[31mred",
    "a file": "/etc/passwd",
    "a folder that cannot be": "/proc/nowhere/below",
    "signs of formats": "{x}%s$1",
    "a database's URL": f"postgresql://user:{SECRET}@host:port/name",
    "a mailbox": f"imaps://user:{SECRET}@",
    "a page's URL": f"https://user:{SECRET}@a.example/?q",
    "a token": f"xoxb-{SECRET}-{SECRET}",
    "a host with a port": "127.0.0.1:99999",
    "a list": "a@b@c, ,;",
}
# What anything may stand in
FREE = {
    "postbote_admin_token",
    "postbote_contact",
    "postbote_mail_done",
    "postbote_rt_webhook_secret",
    "postbote_zammad_webhook_secret",
}
FREE_BUT_LONG = {"postbote_contact"}
# What is right by its form: nothing else could tell
RIGHT = {
    ("postbote_tickets_per_hour", "a number of another script"),
    ("postbote_tickets_per_domain", "a number of another script"),
    ("postbote_port", "a number of another script"),
    ("postbote_keep_days", "a number of another script"),
    ("postbote_tickets_poll", "a number of another script"),
    ("postbote_internal_zones", "text"),
    ("postbote_internal_zones", "a huge number"),
    ("postbote_internal_zones", "no number"),
    ("postbote_internal_zones", "a line break"),
    ("postbote_internal_zones", "a token"),
}


def listened(value: str) -> str:
    try:
        for one in bind(value, 0):
            one.close()
    except CannotListen as wrong:
        return str(wrong)
    return ""


def asked(value: str) -> str:
    try:
        parse_nameservers(value)
    except ValueError as wrong:
        return str(wrong)
    return ""


def content(read: Callable[[Path], object]) -> Callable[[str], str]:
    def problems(value: str) -> str:
        try:
            read(Path("/proc") / value)
        except KnowledgeError as wrong:
            return str(wrong)
        return ""

    return problems


CHECKS: Mapping[str, Callable[[str], str]] = {  # where a setting is checked when it is used
    "postbote_host": listened,
    "postbote_nameservers": asked,
    "postbote_data_dir": lambda value: why_unusable(Path("/proc") / value),
    "postbote_knowledge": content(load),
    "postbote_templates": content(read_templates),
}


def refusals(values: Mapping[str, str]) -> Mapping[str, str]:
    """Variable → line with which a start ends; those whose value is taken are left out."""
    try:
        Settings.model_validate(values)
    except ValidationError as wrong:
        lines = to_cures(wrong, Settings)
        found = {line.partition(":")[0].lower(): line for line in lines}
        assert len(found) == len(lines), "a line that begins with no name, or two with the same"
        assert found.keys() <= values.keys(), "a line names something else"
        return found
    return {}


def refusals_of_each(value: str) -> Mapping[str, str]:
    """The same where every variable has this value: all at once, but for what is refused before any is looked at."""
    names = list(Settings.model_fields)
    if value.isprintable() or value in ("a\nb", "x" * 20_000):
        found = dict(refusals(dict.fromkeys(names, value)))
    else:
        found = {name: line for name in names for line in refusals({name: value}).values()}
    checked = {name: check(value) for name, check in CHECKS.items() if name not in found}
    return found | {name: line for name, line in checked.items() if line}


@each_row("kind", list(NONSENSE))
def test_nonsense_in_any_variable_is_one_line_with_its_name_and_no_password(kind: str) -> None:
    found = refusals_of_each(NONSENSE[kind])
    for name in Settings.model_fields.keys() - found.keys():
        is_free = name in FREE and not (name in FREE_BUT_LONG and kind == "a long text")
        is_token = "token" in name or "secret" in name or name == "slack_client_id"
        assert is_free or is_token or (name, kind) in RIGHT, f"{name} is taken"
    for name, line in found.items():
        assert name.upper() in line, line
        assert "\n" not in line.strip()
        assert line.isprintable(), line
        assert SECRET not in line or (kind == "a token" and name in CHECKS), "the name of a folder or a host is shown"
        assert len(line) < 300
        assert not any(words in line for words in ("Input should", "unable to parse", "Traceback", "[Errno"))


@each_row("blank", ["", " ", "\t", "\n", "\r\n"])
def test_a_blank_variable_is_as_one_that_is_not_set(blank: str) -> None:
    assert Settings.model_validate(dict.fromkeys(Settings.model_fields, blank)) == Settings.model_validate({})


SECRETS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


@each_row("name", SECRETS)
def test_blanks_and_line_breaks_around_a_secret_are_none_of_it(name: str) -> None:
    """Files of secrets end with a line break, and what is copied from a page with a blank."""
    whole = {"slack_signing_secret": "s", "slack_bot_token": "xoxb-1"} if name.startswith("slack") else {}
    whole |= {"slack_client_id": "1", "slack_bot_token": ""} if "client" in name else {}
    helpdesk = next((system for system in ("rt", "zammad") if f"_{system}_token" in name), "")
    whole |= {f"postbote_{helpdesk}_url": "https://helpdesk.example"} if helpdesk else {}
    value = (
        "postgresql://localhost/x"
        if "database" in name
        else "imaps://u:p@host"
        if "imap" in name
        else "smtps://u:p@host"
    )
    value = value if "url" in name else "x-1"
    whole |= (
        {"postbote_mail_smtp_url": "smtps://u:p@host", "postbote_mail_address": "a@b.example"} if "imap" in name else {}
    )
    found = getattr(Settings.model_validate(whole | {name: f" {value}\r\n"}), name)
    assert isinstance(found, SecretStr)
    assert found.get_secret_value() == value


def test_a_file_of_variables_is_read_and_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTBOTE_PORT", "4000")
    assert Settings().postbote_contact == ""
    (tmp_path / ".env").write_text("POSTBOTE_PORT=5000\npostbote_contact=zwei Stock\nPOSTBOTE_PAGE\n", "utf-8")
    monkeypatch.setenv("POSTBOTE_CONTACT", "")
    read = Settings()
    assert (read.postbote_port, read.postbote_contact, read.postbote_page) == (4000, "zwei Stock", "on")
    assert Settings(postbote_port=6000).postbote_port == 6000

"""What robots.txt and Retry-After ask for."""

import datetime
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response

from tests.collect.running import run, table
from tests.collect.site import Answer, Site, serving
from zerokara.collect.manners import read_rules, retry_after


def self_signed(path: Path, host: str) -> Path:
    """A key and the certificate that it has signed itself, for this host."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(pem))
    return path


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("", 0.0),
        ("User-agent: *\nCrawl-delay: 7", 7.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nRequest-rate: 1/20", 20.0),
        ("User-agent: *\nRequest-rate: 10/1m", 6.0),
        ("User-agent: *\nCrawl-delay: 3\nRequest-rate: 1/2", 3.0),
        ("User-agent: *\nCrawl-delay: 2\nRequest-rate: 1/3", 3.0),
        ("User-agent: other\nCrawl-delay: 60", 0.0),
        ("User-agent: *\nCrawl-delay: 60\n\nUser-agent: zerokara\nCrawl-delay: 2", 2.0),
        ("User-agent: *\nCrawl-delay: -5", 0.0),
        ("User-agent: *\nCrawl-delay: soon\nRequest-rate: x/y", 0.0),
    ],
)
def test_the_longest_time_that_robots_txt_asks_for(text: str, delay: float) -> None:
    assert read_rules(text).delay == delay


@given(st.text(max_size=300))
def test_any_text_is_a_robots_txt(text: str) -> None:
    rules = read_rules(text)
    assert rules.delay >= 0
    rules.protego.can_fetch("http://example.org/", "zerokara")


@pytest.mark.parametrize(("told", "seconds"), [("120", 120.0), ("0", 0.0), ("", None), ("soon", None), ("-5", None)])
def test_retry_after_in_seconds(told: str, seconds: float | None) -> None:
    assert retry_after(Response("http://example.org/", headers={"Retry-After": told})) == seconds


def test_retry_after_as_a_date() -> None:
    told = formatdate(time.time() + 90, usegmt=True)
    wait = retry_after(Response("http://example.org/", headers={"Retry-After": told}))
    assert wait is not None
    assert 80 < wait <= 90
    past = Response("http://example.org/", headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert retry_after(past) == 0


def test_hosts_that_cannot_be_asked_politely(tmp_path: Path) -> None:
    """A robots.txt that fails, one that asks for too long a time, a server that wants to be left alone; and one that is
    not who it says it is: its certificate is its own.
    """

    def failing(path: str) -> Answer | None:
        return Answer(b"Disallow:", "text/plain", status=503 if path == "/robots.txt" else 200)

    def slow(path: str) -> Answer | None:
        return Answer(b"User-agent: *\nCrawl-delay: 86400", "text/plain")

    def tired(path: str) -> Answer | None:
        return None if path == "/robots.txt" else Answer(b"", status=429, headers={"Retry-After": "7200"})

    def false(path: str) -> Answer | None:
        return Answer(b"User-agent: *\nDisallow:", "text/plain")

    with (
        serving(failing) as one,
        serving(slow) as two,
        serving(tired) as three,
        serving(false, certificate=self_signed(tmp_path / "own.pem", "self-signed.test")) as four,
        serving(false, certificate=self_signed(tmp_path / "another.pem", "another.test")) as five,
    ):
        sites: list[Site] = [one, two, three]
        named = {"one.test": one, "two.test": two, "three.test": three}
        urls = [f"http://{name}:{site.port}/{number}" for name, site in named.items() for number in range(2)]
        urls.append(f"https://self-signed.test:{four.port}/0")
        urls.append(f"https://not-another.test:{five.port}/0")
        names = {name: [["127.0.0.1"]] for name in (*named, "self-signed.test", "not-another.test")}
        code, _, error = run(*urls, "--label", "a", "--out", tmp_path, "--allow-local", names=names)
        assert code == 1
        assert [set(site.paths()) for site in sites] == [{"/robots.txt"}, {"/robots.txt"}, {"/robots.txt", "/0"}]
        assert three.paths() == ["/robots.txt", "/0"]
        assert four.paths() == five.paths() == []
    reasons = {row["url"].split("/", 2)[2].replace("/", " "): row["reason"] for row in table(tmp_path)}
    told = {f"{key.split(':')[0]} {key[-1]}": reason for key, reason in reasons.items()}
    assert told["one.test 0"].startswith("robots.txt could not be read (503 Service Unavailable)")
    assert told["one.test 1"] == told["one.test 0"]
    assert told["two.test 0"].startswith("robots.txt asks for 86,400 s between two requests")
    assert told["three.test 0"].startswith("429 Too Many Requests: the server asks to wait for 7,200 s")
    assert "three.test 1" in told, "what was not asked for has its row too"
    assert "asks to wait" in told["three.test 1"]
    assert "certificate" in told["self-signed.test 0"]
    assert "certificate of the host is one for another" in told["not-another.test 0"]
    assert "Traceback" not in error

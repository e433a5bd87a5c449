"""`serve`: what its options refuse; the server itself is tested in tests/web."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Run, assert_sentence

pytest.importorskip("textual_serve")


def test_options_without_meaning_get_a_sentence(run: Run, tmp_path: Path) -> None:
    assert_sentence(run("serve", "--tls-key", "key.pem"), 2, "--tls-cert and --tls-key are given together")
    for everywhere in ("0.0.0.0", "::", ""):
        assert_sentence(run("serve", "--host", everywhere), 2, "--public-url")
    for url in ("names.example", "ftp://names.example", "https://names.example/app", "http://[", "http://names:port"):
        assert_sentence(run("serve", "--public-url", url), 2, "--public-url is an address such as")


def test_files_that_are_no_certificate_get_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    cert = str(tmp_path / "cert.pem")
    assert_sentence(run("serve", "--tls-cert", cert, "--tls-key", cert), 1, "cannot be used for TLS")
    assert_sentence(run("serve", "--tls-cert", "nowhere.pem", "--tls-key", cert), 1, "No such file")


def test_another_address_without_tls_gets_a_warning(run: Run) -> None:
    # An address of documentation that no machine has: it warns, and then cannot listen.
    outcome = run("serve", "--host", "192.0.2.7", "--port", "8799")
    assert (outcome.code, outcome.out) == (1, "")
    assert "Warning: without --tls-cert and --tls-key" in outcome.err
    assert "192.0.2.7 port 8799 cannot be listened at" in outcome.err
    assert "token" not in outcome.err

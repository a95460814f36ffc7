"""What `jackrf check` says of listeners: where they tune in, and what is announced."""

import ipaddress
from collections.abc import Iterator

from rich.text import Text

from jackrf.sessions.session import Session
from jackrf.sessions.web import Web


def lines(session: Session) -> Iterator[Text]:
    """Yield the sentences on listeners."""
    listen = session.listen
    yield Text.assemble(
        ("Listeners", "bold"),
        f": tune in by RTSP on {listen.address} port {listen.port}, at most {listen.most}, "
        f"{listen.most_per_host} of a host. {_admitted(listen.address)}",
    )
    if session.web is not None:
        yield _page(session.web)
    announced = [mix_id for mix_id, mix in session.mixes.items() if mix.announce]
    for mix_id in announced:
        if not session.mixes[mix_id].send_to:
            yield Text(f"Mix {mix_id} is to be announced and is sent nowhere: add to its send_to.")
    told = [mix_id for mix_id in announced if session.mixes[mix_id].send_to]
    if told:
        yield Text(f"Announced in the network (SAP): {', '.join(told)}.")


def _page(web: Web) -> Text:
    here = ipaddress.ip_address(web.listen).is_loopback
    ports = f"ports {web.port} and {web.https_port}"
    who = "Whoever has a link gets in; jackrf qr MIX shows one."
    if here:
        opened = 'listen = "0.0.0.0" under [web] lets in phones.'
        who = f"Only this machine's browsers get in; {opened}"
    return Text.assemble(("Page", "bold"), f": served on {web.listen} {ports}. {who}")


def _admitted(host: str) -> str:
    address = ipaddress.ip_address(host)
    if address.is_loopback:
        return (
            "Only this machine's players get in; "
            'address = "0.0.0.0" under [listen] lets in its networks.'
        )
    where = "networks that it is on" if address.is_unspecified else f"network of {host}"
    return f"This machine and the private {where} get in; jackrf pin MIX gives a mix a PIN."

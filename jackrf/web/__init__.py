"""The web page: hear a mix and move its faders in a browser, with nothing installed.

Browsers talk to processes of their own, the *relays*, so that no TLS, no page and no slow phone is
anywhere near the music:

    main process                                    relay                         browsers
    audio thread ── a datagram for each period ───▶ feeds ── datagrams, TCP ───▶ listening
    osc ◀───────── a Unix socket, OSC ────────────▶ surfaces ── WebSocket ─────▶ faders
    porter ─────── each connection, unread ───────▶ doors
    keeper ─────── its standard input and output ── relay

* `settings` `tokens` `plan` `service`: what the main process has of it; `keeper` keeps a relay
  running, `sharing` says how many there are and which host is whose, `porter` stands at the door
* `sound`: where sound comes from, a desk here, or (`elsewhere` `programme` `station`) one far away,
  which `lookout` follows
* `relay` `server`: the relay, and what it serves: `assets`, `answers` to a page that asks; `page/`
  are the files that a browser loads
* `feed` `packets` `listener` `talk`: sound; `ways` (WebSocket) and `webtransport` `session`
  `datagrams` carry it
* `surface`: faders; `doors` `gate`: who is let in
* `certificates`: for https; `pins`: for WebTransport
"""

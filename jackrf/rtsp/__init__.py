"""RTSP (RFC 2326): how listeners tune in to a mix by themselves, and how jackrf tunes in to one.

* `messages` `transport`: what is said, as bytes
* a server: `service` `server` `line` have the sockets, `conversation` what is said on one of them,
  `house` and `seats` what it asks of the desk; `admission` says who may, `refusals` why not
* a listener: `tuner` has the sockets, `dialogue` what it says; `unsealing` opens an encrypted mix
* `ports`: pairs of UDP ports
"""

"""How listeners find the mixes: SDP over HTTP, SAP, DNS service discovery.

* `service`: all of it, of one desk
* `sdp_page`: what is told over HTTP
* `announcer` `sap`: the Session Announcement Protocol
"""

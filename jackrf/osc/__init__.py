"""OSC: the desk as tablets, phones and consoles' programs see and move it.

    datagram → guard → namespace → desk
    desk → namespace → messages → datagram

`addresses.TABLE` has every address; osc/README.md is made from it.

* `service` `settings`: OSC as `jackrf run` has it
* `server` `connections` `framing` `relayed`: sockets, and packets in streams
* `surfaces`: all of it without sockets; `endpoints`: those who are told; `admission`: who may
* coming in: `guard` `intake` `hearing` `calls`, then `setter` `moves` `moreme` `pickup` `hands`, or
  `commands`; what has no effect is told by `refusals` and counted by `counters`
* going out: `feedback` `telling` `syncing` `messages`
* addresses: `addresses` `rows` `aliases` `patterns` `tree` `namespace` `views` `readings` `health`
  `readme`
* `finding` `oscquery` `query_server`: how programs find jackrf and read its addresses
* `layout`: pages for tablets
"""

"""OSC: the desk as tablets, phones and consoles' programs see and move it.

    datagram → guard → namespace → desk
    desk → namespace → messages → datagram

`addresses.TABLE` has every address; osc/README.md is made from it.
"""

"""RTSP (RFC 2326): how listeners tune in to a mix by themselves, and how jackrf tunes in to one."""

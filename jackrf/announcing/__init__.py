"""How listeners find the mixes: SDP over HTTP, SAP, DNS service discovery."""

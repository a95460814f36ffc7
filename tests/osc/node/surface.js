// A surface on npm's osc: subscribes to a prefix, prints what it is told as a line of JSON each,
// and sends each line of JSON that it is given, [path, type, value], until its input ends.
//
//   node surface.js PORT PREFIX
"use strict";
const osc = require("osc");
const readline = require("readline");

const [port, prefix] = process.argv.slice(2);
const udp = new osc.UDPPort({
  localAddress: "127.0.0.1",
  localPort: 0,
  remoteAddress: "127.0.0.1",
  remotePort: Number(port),
  metadata: true,
});

udp.on("message", ({ address, args }) => {
  console.log(JSON.stringify([address, ...args.map(({ value }) => value)]));
});
udp.on("ready", () => {
  const keepAlive = () =>
    udp.send({ address: "/subscribe", args: [{ type: "s", value: prefix }] });
  keepAlive();
  setInterval(keepAlive, 3000);
  const lines = readline.createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const sent = JSON.parse(line).map(([address, type, value]) => ({
      address,
      args: [{ type, value }],
    }));
    const together = { timeTag: osc.timeTag(0), packets: sent };
    udp.send(sent.length === 1 ? sent[0] : together);
  });
  lines.on("close", () => process.exit(0));
});
udp.open();

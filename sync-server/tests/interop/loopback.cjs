// Loaded before automerge-repo's server. That one would listen on every address of the machine, and at once, though it knows its
// own name only when it has read its storage and falls over a client that comes before: here it listens on one address,
// two seconds later.
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  const ready = rest.filter(one => typeof one === "function");
  setTimeout(() => listen.call(this, { port: Number(port), host: "127.0.0.1" }, ...ready), 2_000);
  return this;
};

// Every five seconds it ends the connections that have not answered its last ping. An answer waits in line behind what the same
// connection sent before, so whoever brings thousands of documents is cut off while the server is still at them.
const every = globalThis.setInterval;
globalThis.setInterval = (step, pause, ...rest) => every(step, pause === 5_000 ? 300_000 : pause, ...rest);

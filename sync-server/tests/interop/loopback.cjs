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

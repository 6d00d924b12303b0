// Loaded before automerge-repo's server, which would listen on every address of the machine: here it listens on one.
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, ...rest.filter(one => typeof one === "function"));
};

